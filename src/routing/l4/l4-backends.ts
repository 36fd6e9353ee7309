import {
  displayRef,
  refOf,
  type AnyService,
  type L4BackendRef,
  type L4Route,
} from '../../resources/index.js';
import type { Reads } from '../../store/index.js';
import { tlsDigest, tlsOfPort } from '../backend-tls.js';
import { resolveService, type BackendOptions } from '../backends.js';
import { refusal } from '../refusals.js';
import type { Refusal } from '../verdict.js';
import type { L4Share, SecuredModel, Transport } from './l4-model.js';

// Source: Gateway API, TLSRouteRule.backendRefs, TCPRouteRule.backendRefs, UDPRouteRule.backendRefs; BackendTLSPolicy.

/** A backendRef as it stands for a listener that hands TLS on, and for one that ends it. */
export interface ResolvedBackend {
  readonly passed: L4Share;
  readonly ended: L4Share;
}

/** @param at field path of the backendRef */
export function resolveL4Backend(
  ref: L4BackendRef,
  route: L4Route,
  at: string,
  reads: Reads,
  options: Pick<BackendOptions, 'tls'>,
): ResolvedBackend {
  const { weight = 1 } = ref;
  const refused = (why: Refusal): L4Share => ({ weight, target: { kind: 'unresolved', refusal: why } });
  const service = resolveService(ref, route, at, reads);
  const fault = 'accepted' in service ? service : portFault(service, ref.port, transportOf(route), at);
  if ('accepted' in service || fault !== undefined) {
    const share = refused(fault ?? refusal('BackendNotFound', 'it does not resolve', at));
    return { passed: share, ended: share };
  }
  const backend = { kind: 'backend', service: refOf(service), port: ref.port ?? 0 } as const;
  const passed: L4Share = { weight, target: { ...backend, secured: undefined } };
  const tls = route.kind === 'UDPRoute' ? undefined : tlsOfPort(options.tls(service, reads), backend.port);
  if (tls === undefined) return { passed, ended: passed };
  if ('accepted' in tls) return { passed, ended: refused({ ...tls, at }) };
  const secured: SecuredModel = { digest: tlsDigest(tls), tls };
  return { passed, ended: { weight, target: { ...backend, secured } } };
}

export function transportOf({ kind }: Pick<L4Route, 'kind'>): Transport {
  return kind === 'UDPRoute' ? 'udp' : 'tcp';
}

function portFault(
  service: AnyService,
  port: number | undefined,
  transport: Transport,
  at: string,
): Refusal | undefined {
  const name = displayRef(refOf(service));
  if (service.kind === 'Service' && service.spec?.type === 'ExternalName') {
    const message = `${name} is of type ExternalName, which has no endpoints to hand connections to`;
    return refusal('InvalidKind', message, at);
  }
  if (port === undefined) return refusal('BackendNotFound', `a port is required for ${name}`, at);
  const candidates = (service.spec?.ports ?? []).filter((each) => each.port === port);
  if (candidates.length === 0) return refusal('BackendNotFound', `${name} has no port ${port}`, at);
  const protocol = transport.toUpperCase();
  return candidates.some((each) => each.protocol === protocol)
    ? undefined
    : refusal('UnsupportedProtocol', `port ${port} of ${name} is not a ${protocol} port`, at);
}
