import type { KubeObject } from '../object.js';
import type { BackendObjectReference, RouteSpec } from './route.js';
import type { SessionPersistence } from './session-persistence.js';

// HTTPRoute of gateway.networking.k8s.io/v1, with structural defaults applied. Source: Gateway API v1.7.0.

export interface HttpHeader {
  readonly name: string;
  readonly value: string;
}

export interface HttpHeaderFilter {
  readonly set?: readonly HttpHeader[];
  readonly add?: readonly HttpHeader[];
  readonly remove?: readonly string[];
}

export type HttpPathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly replaceFullPath: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string };

export interface HttpRequestRedirect {
  readonly scheme?: 'http' | 'https';
  readonly hostname?: string;
  readonly path?: HttpPathModifier;
  readonly port?: number;
  readonly statusCode?: 301 | 302 | 303 | 307 | 308;
}

export interface HttpUrlRewrite {
  readonly hostname?: string;
  readonly path?: HttpPathModifier;
}

/** At most one of `percent` and `fraction`; neither: every request. */
export interface HttpRequestMirror {
  readonly backendRef: BackendObjectReference;
  readonly percent?: number;
  readonly fraction?: { readonly numerator: number; readonly denominator?: number };
}

export interface HttpCors {
  readonly allowOrigins?: readonly string[];
  readonly allowCredentials?: boolean;
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** Seconds. */
  readonly maxAge?: number;
}

/** `grpc` stands where `protocol` is GRPC, `http` where it is HTTP. Source: GEP-1494. */
export interface HttpExternalAuth {
  readonly protocol: 'GRPC' | 'HTTP';
  readonly backendRef: BackendObjectReference;
  readonly grpc?: { readonly allowedHeaders?: readonly string[] };
  readonly http?: {
    readonly path?: string;
    readonly allowedHeaders?: readonly string[];
    readonly allowedResponseHeaders?: readonly string[];
  };
  /** Bytes. */
  readonly forwardBody?: { readonly maxSize?: number };
}

/** Filters of a rule or a backendRef. Those whose translation is not built yet are refused in `routing/`, by type. */
export type HttpRouteFilter =
  | { readonly type: 'RequestHeaderModifier'; readonly requestHeaderModifier: HttpHeaderFilter }
  | { readonly type: 'ResponseHeaderModifier'; readonly responseHeaderModifier: HttpHeaderFilter }
  | { readonly type: 'RequestRedirect'; readonly requestRedirect: HttpRequestRedirect }
  | { readonly type: 'URLRewrite'; readonly urlRewrite: HttpUrlRewrite }
  | { readonly type: 'RequestMirror'; readonly requestMirror: HttpRequestMirror }
  | { readonly type: 'CORS'; readonly cors: HttpCors }
  | { readonly type: 'ExternalAuth'; readonly externalAuth: HttpExternalAuth }
  | {
      readonly type: 'ExtensionRef';
      readonly extensionRef: { readonly group: string; readonly kind: string; readonly name: string };
    };

export interface HttpPathMatch {
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression';
  readonly value: string;
}

export interface HttpNameValueMatch {
  readonly type?: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

export interface HttpRouteMatch {
  readonly path?: HttpPathMatch;
  readonly headers?: readonly HttpNameValueMatch[];
  readonly queryParams?: readonly HttpNameValueMatch[];
  readonly method?: string;
}

export interface HttpBackendRef extends BackendObjectReference {
  readonly weight?: number;
  readonly filters?: readonly HttpRouteFilter[];
}

export interface HttpRouteRule {
  readonly name?: string;
  readonly matches?: readonly HttpRouteMatch[];
  readonly filters?: readonly HttpRouteFilter[];
  readonly backendRefs?: readonly HttpBackendRef[];
  /** GEP-2257 durations; `0s` switches the time-out off. */
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
  readonly retry?: {
    readonly codes?: readonly number[];
    readonly attempts?: number;
    readonly backoff?: string;
  };
  readonly sessionPersistence?: SessionPersistence;
}

export interface HttpRoute extends KubeObject {
  readonly kind: 'HTTPRoute';
  readonly spec: RouteSpec & {
    readonly hostnames?: readonly string[];
    readonly rules?: readonly HttpRouteRule[];
  };
}
