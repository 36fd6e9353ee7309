import type { MatchModel } from './model.js';

/**
 * What a rule answers for what it cannot serve (DESIGN D11): 500; for gRPC 503, of which a client is told UNAVAILABLE – of 500 it would be
 * UNKNOWN. Source: Gateway API, HTTPRouteRule.backendRefs and GRPCRouteRule.backendRefs; gRPC, HTTP to gRPC status code mapping.
 */
export function failureStatus({ grpc }: MatchModel): 500 | 503 {
  return grpc ? 503 : 500;
}
