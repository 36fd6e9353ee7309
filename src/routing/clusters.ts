import { createHash } from 'node:crypto';
import {
  refOf,
  type AnyService,
  type ObjectRef,
  type RouteKind,
  type ServicePort,
  type XBackend,
} from '../resources/index.js';
import type { ClusterModel } from './model.js';

// Source: DESIGN D4.

type Settings = Pick<ClusterModel, 'protocol' | 'discovery' | 'tls' | 'retryBudget'>;

/** What may be a backend. */
export type Backend = AnyService | XBackend;

/** The cluster of a backend's port. It depends on the backend alone, never on what routes to it. No name of Kubernetes holds a `_`. */
export function clusterOf(backend: Backend, port: number, settings: Settings): ClusterModel {
  const ref = refOf(backend);
  const base = `${kindPrefix(ref)}${ref.namespace}_${ref.name}_${port}`;
  const { protocol, discovery, tls, retryBudget } = settings;
  const isDefault =
    protocol === 'http1' && discovery.kind === 'endpoints' && tls === undefined && retryBudget === undefined;
  return {
    name: isDefault ? base : `${base}_${settingsHash(settings)}`,
    backend: ref,
    port,
    ...settings,
  };
}

/** What names of backends begin with; nothing for a Service. */
export function kindPrefix({ kind }: Pick<ObjectRef, 'kind'>): string {
  return kind === 'Service' ? '' : `${kind.toLowerCase()}_`;
}

/** Depends on nothing but the cluster's own settings. */
function settingsHash({ protocol, discovery, tls, retryBudget }: Settings): string {
  const plain = discovery.kind === 'dns' ? `${protocol} ${discovery.hostname}:${discovery.port}` : protocol;
  const secured = tls === undefined ? plain : `${plain} ${JSON.stringify(tls)}`;
  const text =
    retryBudget === undefined ? secured : `${secured} retries ${retryBudget.percent} ${retryBudget.least}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Protocols over TLS: plain text is never spoken to them, and without a BackendTLSPolicy nothing says whom to trust. */
const SECURED: ReadonlySet<string> = new Set(['https', 'kubernetes.io/wss', 'grpcs']);

/** Names without a prefix are IANA's service names, which no case tells apart (RFC 6335, section 5.1). */
function comparable(appProtocol: string): string {
  return appProtocol.includes('/') ? appProtocol : appProtocol.toLowerCase();
}

/** Why there is no {@link protocolOf} a port, in words that end a sentence about it. */
export function protocolFault(appProtocol: string): string {
  return SECURED.has(comparable(appProtocol))
    ? 'asks for TLS, and no BackendTLSPolicy says whom to trust'
    : 'is not supported';
}

/**
 * The protocol that routes of a kind speak to a port by its `appProtocol`, inside TLS where it is secured; undefined: one that is not supported. Calls
 * need HTTP/2, so that it is spoken for a GRPCRoute whatever the port says.
 * Source: Kubernetes standard application protocols, GEP-1911; GRPCRoute.
 */
export function protocolOf(
  appProtocol: ServicePort['appProtocol'],
  kind: RouteKind,
  isSecured: boolean,
): ClusterModel['protocol'] | undefined {
  const protocol = comparable(appProtocol ?? '');
  if (!isSecured && SECURED.has(protocol)) return undefined;
  if (kind === 'GRPCRoute' || protocol === 'grpcs') return 'http2';
  if (SECURED.has(protocol)) return 'http1';
  switch (protocol) {
    case '':
    case 'http':
    // An HTTP/1.1 upgrade; every listener lets it through.
    case 'kubernetes.io/ws':
      return 'http1';
    case 'kubernetes.io/h2c':
      return 'http2';
    default:
      return undefined;
  }
}
