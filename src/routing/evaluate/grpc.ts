import type { GrpcStatus } from './evaluation.js';

/** As Envoy tells a call from other requests: what follows `application/grpc` begins with `+`; gRPC-Web, `application/grpc-web`, is none. @param headers names in lower case */
export function isCall(headers: ReadonlyMap<string, readonly string[]>): boolean {
  const contentType = headers.get('content-type')?.join(',') ?? '';
  return /^application\/grpc(?:$|\+)/.test(contentType);
}

/** What a client is told where the proxy itself answers with an HTTP status; undefined: the request is no call. @param headers as of {@link isCall} */
export function grpcStatusOf(
  status: number,
  headers: ReadonlyMap<string, readonly string[]>,
): GrpcStatus | undefined {
  return isCall(headers) ? (GRPC_STATUS[status] ?? 'UNKNOWN') : undefined;
}

const GRPC_STATUS: Readonly<Record<number, GrpcStatus>> = {
  400: 'INTERNAL',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};
