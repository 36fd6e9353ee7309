// Package conformance makes the suite a requirement of this module. Its tests are built as they are published.
package conformance

import _ "sigs.k8s.io/gateway-api/conformance"
