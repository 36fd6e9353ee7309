import { displayRef, refOf, type RouteKind, type XBackend } from '../resources/index.js';
import type { clusterOf } from './clusters.js';
import type { ClusterModel, Refusal } from './model.js';
import { refusal } from './refusals.js';
import type { XBackendModel } from './x-backend-model.js';

// An XBackend as the target of a route. Source: Gateway API, XBackend.

/**
 * The cluster of an XBackend, or why nothing can be sent. A refusal of the XBackend itself carries it (`Refusal.by`): the route's reference is right,
 * and the XBackend's own status says what is wrong.
 * @param spoken what is sent
 * @param at field path of the backendRef
 */
export function resolveXBackend(
  backend: XBackend,
  { accepted, resolvedRefs, tls }: XBackendModel,
  spoken: RouteKind,
  at: string,
  cluster: typeof clusterOf,
): ClusterModel | Refusal {
  const by = refOf(backend);
  const name = displayRef(by);
  if (!accepted.accepted) {
    const { reason, message } = accepted;
    const fault = refusal(reason, `${name} cannot be honoured: ${message}`, at);
    // Whoever refers to a protocol that is not supported is to hear of it.
    return reason === 'UnsupportedProtocol' ? fault : { ...fault, by };
  }
  if (tls !== undefined && 'accepted' in tls) {
    const why = resolvedRefs.accepted ? tls : resolvedRefs;
    return { ...refusal(why.reason, `${name} cannot be honoured: ${why.message}`, at), by };
  }
  const { protocol, port, externalHostname } = backend.spec;
  const version = httpVersion(protocol, spoken);
  if (version === undefined) {
    const message = `protocol ${protocol ?? ''} of ${name} cannot carry the requests of ${article(spoken)}`;
    return refusal('UnsupportedProtocol', message, at);
  }
  const { number } = port;
  return cluster(backend, number, {
    protocol: version,
    discovery:
      externalHostname === undefined
        ? { kind: 'endpoints' }
        : { kind: 'dns', hostname: externalHostname.hostname, port: number },
    tls,
    retryBudget: undefined,
  });
}

/**
 * The version of HTTP that is spoken, inside TLS where `tls` asks for it; undefined: the protocol cannot carry what is sent. Without a protocol, and
 * with HTTP, which names no version, the route decides: calls need HTTP/2.
 */
function httpVersion(
  protocol: XBackend['spec']['protocol'],
  spoken: RouteKind,
): ClusterModel['protocol'] | undefined {
  switch (protocol) {
    case undefined:
    case 'HTTP':
      return spoken === 'GRPCRoute' ? 'http2' : 'http1';
    case 'HTTP2':
    case 'H2C':
    case 'GRPC':
      return 'http2';
    case 'HTTP11':
    case 'WSS':
      return spoken === 'GRPCRoute' ? undefined : 'http1';
    case 'TCP':
    case 'MCP':
      return undefined;
  }
}

function article(kind: RouteKind): string {
  return /^[AEIOUH]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
