import type { BackendObjectReference, HttpExternalAuth } from '../resources/index.js';
import { headerNameFault } from './headers.js';
import type { AuthModel, ClusterModel, HttpAuth, GrpcAuth, Permit, Refusal } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, HTTPExternalAuthFilter (GEP-1494).

/** What a reference to a server comes to. */
export interface AuthContext {
  /** Field path of the filter. */
  readonly at: string;
  /** @param http2 whether nothing else is spoken to it */
  readonly resolve: (ref: BackendObjectReference, at: string, http2: boolean) => ClusterModel | Refusal;
  readonly permitOf: (ref: BackendObjectReference) => Permit | undefined;
}

/** `refusal` is of what cannot be honoured, `unresolved` of a server that cannot be had. */
export type TranslatedAuth =
  | { readonly kind: 'auth'; readonly auth: AuthModel }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unresolved'; readonly refusal: Refusal };

export function translateExternalAuth(filter: HttpExternalAuth, context: AuthContext): TranslatedAuth {
  const at = `${context.at}.externalAuth`;
  const asks = filter.protocol === 'GRPC' ? grpcAuth(filter, at) : httpAuth(filter, at);
  if ('accepted' in asks) return { kind: 'refused', refusal: asks };
  const cluster = context.resolve(filter.backendRef, `${at}.backendRef`, asks.kind === 'grpc');
  if ('accepted' in cluster) return { kind: 'unresolved', refusal: cluster };
  const permit = context.permitOf(filter.backendRef);
  return { kind: 'auth', auth: { cluster, permit, asks, maxBodyBytes: filter.forwardBody?.maxSize ?? 0 } };
}

function grpcAuth({ grpc }: HttpExternalAuth, at: string): GrpcAuth | Refusal {
  const allowed = grpc?.allowedHeaders ?? [];
  const fault = namesFault(allowed, `${at}.grpc.allowedHeaders`);
  return fault ?? { kind: 'grpc', requestHeaders: allowed.length === 0 ? 'all' : lowerCase(allowed) };
}

/** Headers of the message itself; they say nothing of the request that goes on, and the host never changes. */
const NEVER_COPIED = /^(?:host|te|(?:proxy-)?connection|keep-.*|trailer|transfer-.*|upgrade|content-.*|x-envoy-.*)$/; // prettier-ignore

function httpAuth({ http }: HttpExternalAuth, at: string): HttpAuth | Refusal {
  const { allowedHeaders = [], allowedResponseHeaders = [], path = '' } = http ?? {};
  const copied = lowerCase(allowedResponseHeaders);
  const fault =
    namesFault(allowedHeaders, `${at}.http.allowedHeaders`) ??
    namesFault(copied, `${at}.http.allowedResponseHeaders`) ??
    pathFault(path, `${at}.http.path`);
  if (fault !== undefined) return fault;
  const never = copied.find((name) => NEVER_COPIED.test(name));
  if (never !== undefined) {
    const message = `header ${never} of an answer cannot be copied to the request`;
    return refusal('UnsupportedValue', message, `${at}.http.allowedResponseHeaders`);
  }
  return {
    kind: 'http',
    pathPrefix: withLeadingSlashOnly(path),
    requestHeaders: lowerCase(allowedHeaders),
    responseHeaders: copied.length === 0 ? 'all' : copied,
  };
}

function lowerCase(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))].toSorted();
}

/** The schema takes any text. */
function namesFault(names: readonly string[], at: string): Refusal | undefined {
  const fault = names.map(headerNameFault).find((each) => each !== undefined);
  return fault === undefined ? undefined : refusal('UnsupportedValue', fault, at);
}

/** What the schema's pattern lets through and a server may read as another path than the one that is written. */
function pathFault(path: string, at: string): Refusal | undefined {
  const isAmbiguous =
    path.includes('//') ||
    /%(?:2f|5c|00)/i.test(path) ||
    path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  if (!isAmbiguous) return undefined;
  const message = 'a path holds no empty, dot or dot-dot segments and no encoded slashes';
  return refusal('UnsupportedValue', message, at);
}

function withLeadingSlashOnly(path: string): string {
  const bare = path.replace(/^\//, '').replace(/\/$/, '');
  return bare === '' ? '' : `/${bare}`;
}
