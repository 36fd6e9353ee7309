// Package statusutil stands for a module of the collector that the Go proxy does not serve. What the receiver asks of it is how an error over HTTP reads;
// over gRPC, which is what Envoy speaks, nothing of it is called.
package statusutil

import (
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var codeOf = map[int]codes.Code{
	http.StatusBadRequest:         codes.InvalidArgument,
	http.StatusUnauthorized:       codes.Unauthenticated,
	http.StatusForbidden:          codes.PermissionDenied,
	http.StatusNotFound:           codes.Unimplemented,
	http.StatusTooManyRequests:    codes.ResourceExhausted,
	http.StatusServiceUnavailable: codes.Unavailable,
}

// NewStatusFromMsgAndHTTPCode returns Unknown for codes of HTTP that say nothing of the kind.
func NewStatusFromMsgAndHTTPCode(message string, httpCode int) *status.Status {
	code, known := codeOf[httpCode]
	if !known {
		code = codes.Unknown
	}
	return status.New(code, message)
}

// GetRetryInfo returns nil where the status does not say when to try again.
func GetRetryInfo(of *status.Status) *errdetails.RetryInfo {
	for _, detail := range of.Details() {
		if info, is := detail.(*errdetails.RetryInfo); is {
			return info
		}
	}
	return nil
}
