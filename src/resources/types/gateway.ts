import type { KubeObject } from '../object.js';
import type { HttpRouteFilter } from './http-route.js';

// GatewayClass, Gateway and ReferenceGrant of gateway.networking.k8s.io/v1, with structural defaults applied.
// Source: Gateway API v1.7.0.

export interface GatewayClass extends KubeObject {
  readonly kind: 'GatewayClass';
  readonly spec: {
    readonly controllerName: string;
    readonly description?: string;
    readonly parametersRef?: {
      readonly group: string;
      readonly kind: string;
      readonly name: string;
      readonly namespace?: string;
    };
  };
}

export interface SecretObjectReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** Namespaces that something may come from. */
export interface AllowedNamespaces {
  readonly from?: 'All' | 'Selector' | 'Same' | 'None';
  readonly selector?: LabelSelector;
}

export interface AllowedRoutes {
  readonly namespaces?: AllowedNamespaces;
  readonly kinds?: readonly { readonly group?: string; readonly kind: string }[];
}

export interface ListenerTls {
  readonly mode?: 'Terminate' | 'Passthrough';
  readonly certificateRefs?: readonly SecretObjectReference[];
  readonly options?: Readonly<Record<string, string>>;
}

/** An object that holds CA certificates; without a namespace one beside the Gateway, or one of a kind without namespaces. */
export interface CaCertificateRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What clients must present. */
export interface FrontendTls {
  readonly validation?: {
    readonly caCertificateRefs: readonly CaCertificateRef[];
    readonly mode?: 'AllowValidOnly' | 'AllowInsecureFallback';
  };
}

export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  /** HTTP, HTTPS, TLS, TCP, UDP or an implementation's own. */
  readonly protocol: string;
  readonly tls?: ListenerTls;
  readonly allowedRoutes?: AllowedRoutes;
  /** Before routing, in this order. */
  readonly filters?: { readonly requests?: readonly ListenerFilter[] };
}

export type ListenerFilter = Extract<HttpRouteFilter, { type: 'ExternalAuth' | 'ExtensionRef' }>;

export interface GatewaySpecAddress {
  readonly type?: string;
  /** Empty or absent asks for any address of the type. */
  readonly value?: string;
  /** Where it has to be reachable from: empty, `Cluster` or `domain/path`. */
  readonly routability?: string;
}

export interface Gateway extends KubeObject {
  readonly kind: 'Gateway';
  readonly spec: {
    readonly gatewayClassName: string;
    readonly listeners: readonly Listener[];
    readonly addresses?: readonly GatewaySpecAddress[];
    /** Which ListenerSets may join; absent: none. */
    readonly allowedListeners?: { readonly namespaces?: AllowedNamespaces };
    /** Whether routes that use default Gateways are this Gateway's. */
    readonly defaultScope?: 'All' | 'None';
    readonly tls?: {
      readonly backend?: { readonly clientCertificateRef?: SecretObjectReference };
      readonly frontend?: {
        readonly default?: FrontendTls;
        readonly perPort?: readonly { readonly port: number; readonly tls?: FrontendTls }[];
      };
    };
    readonly infrastructure?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly parametersRef?: { readonly group: string; readonly kind: string; readonly name: string };
    };
  };
}

export interface ReferenceGrant extends KubeObject {
  readonly kind: 'ReferenceGrant';
  readonly spec: {
    readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
    readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
  };
}
