import type { GrpcStatus } from './evaluation.js';

/** As Envoy tells a call from other requests: what follows `application/grpc` begins with `+`; gRPC-Web, `application/grpc-web`, is none. @param headers names in lower case */
export function isCall(headers: ReadonlyMap<string, readonly string[]>): boolean {
  const contentType = headers.get('content-type')?.join(',') ?? '';
  return /^application\/grpc(?:$|\+)/.test(contentType);
}

/** What a client of a call is told where the proxy itself answers. */
export function grpcStatusOf(status: 400 | 404 | 421 | 500 | 503): GrpcStatus {
  return GRPC_STATUS[status];
}

const GRPC_STATUS = {
  400: 'INTERNAL',
  404: 'UNIMPLEMENTED',
  421: 'UNKNOWN',
  500: 'UNKNOWN',
  503: 'UNAVAILABLE',
} as const;
