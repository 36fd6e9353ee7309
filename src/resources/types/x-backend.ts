import type { SessionPersistence } from './session-persistence.js';
import type { KubeObject } from '../object.js';
import type { BackendTlsPolicy } from './backend-tls-policy.js';
import type { SecretObjectReference } from './gateway.js';

// XBackend of gateway.networking.x-k8s.io/v1alpha1, with structural defaults applied. Source: Gateway API v1.7.0, experimental channel.

export type XBackendProtocol = 'TCP' | 'HTTP' | 'HTTP2' | 'HTTP11' | 'H2C' | 'MCP' | 'GRPC' | 'WSS';

/** CEL rules: `validation` is there if and only if `mode` is not None, `clientCertificateRef` if and only if it is ClientAndServer. */
export interface XBackendTls {
  readonly mode: 'None' | 'ServerOnly' | 'ClientAndServer';
  readonly validation?: BackendTlsPolicy['spec']['validation'];
  readonly clientCertificateRef?: SecretObjectReference;
}

export interface XBackend extends KubeObject {
  readonly kind: 'XBackend';
  readonly spec: {
    readonly type: 'ExternalHostname' | 'EndpointSelector';
    readonly port: { readonly number: number };
    /** There if and only if `type` names it (a CEL rule). */
    readonly externalHostname?: { readonly hostname: string };
    readonly endpointSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
    /** Absent: as the route asks. */
    readonly protocol?: XBackendProtocol;
    readonly tls: XBackendTls;
    readonly sessionPersistence?: SessionPersistence;
  };
}
