import type { Listener } from '../resources/index.js';
import type { FleetObservation, PortObservation, Reads } from '../store/index.js';
import type { BackendOptions } from './backends.js';
import { certificatesOf, type CheckCertificate } from './certificates.js';
import { clientValidationOf, type ClientValidationOutcome, type Frontend } from './client-validation.js';
import { hostOf } from './conflicts.js';
import { EVERY_HOST } from './hostnames.js';
import { analyseFilters } from './listener-filters.js';
import type { ListenerHolder, PlacedListener } from './listener-precedence.js';
import { ACCEPTED, type ListenerModel, type Refusal, type Verdict } from './model.js';
import { refusal, verdictOf } from './refusals.js';
import { isSupportedProtocol, routeKindsOf } from './route-kinds.js';
import { tlsOptionRefusal } from './tls-options.js';

/** A listener before its routes are known. */
export type AnalysedListener = Omit<ListenerModel, 'attachedRoutes'>;

/** A listener, and whether it can be served as far as it depends on itself: once it has its port. */
export interface AnalysedListenerOf {
  readonly listener: AnalysedListener;
  readonly usable: boolean;
}

/** What listeners are analysed with. */
export interface ListenerOptions {
  readonly check: CheckCertificate;
  /** Of what their filters refer to. */
  readonly backends: BackendOptions;
}

/** What every listener of a Gateway depends on, besides what it refers to. */
export interface ListenerContext extends Frontend {
  readonly observation: FleetObservation | undefined;
}

export function analyseListener(
  { listener, section, holder, at, conflicted }: PlacedListener,
  context: ListenerContext,
  reads: Reads,
  options: ListenerOptions,
): AnalysedListenerOf {
  const { observation } = context;
  const { filters, refused, unresolved } = analyseFilters(listener, holder, at, reads, options.backends);
  const isEnd = endsTls(listener);
  const clients = isEnd ? clientValidationOf(context, listener, reads) : undefined;
  const accepted = acceptance(listener, at, observation, clients, refused);
  const kinds = routeKindsOf(listener, at);
  const { certificates, refusals } = isEnd
    ? certificatesOf(listener, holder, at, reads, options.check)
    : { certificates: [], refusals: [] };
  const host = hostOf(listener);
  const usable = accepted.accepted && conflicted.accepted && (!isEnd || certificates.length > 0);
  return {
    usable,
    listener: {
      name: listener.name,
      section,
      set: setNameOf(holder),
      port: listener.port,
      protocol: listener.protocol,
      hostname: host === EVERY_HOST ? undefined : host,
      accepted,
      conflicted,
      resolvedRefs: verdictOf([...refusals, ...(clients?.refusals ?? []), ...kinds.refusals, ...unresolved]),
      supportedKinds: kinds.supportedKinds,
      certificates,
      clientValidation: clients?.validation,
      passthrough: isPassthrough(listener),
      filters,
      served: usable && isGranted(listener, observation),
    },
  };
}

function setNameOf({ kind, metadata }: ListenerHolder): string | undefined {
  return kind === 'ListenerSet' ? `${metadata.namespace ?? ''}/${metadata.name}` : undefined;
}

/** A port that has not been asked for yet is neither refused nor served. */
function isGranted(listener: Listener, observation: FleetObservation | undefined): boolean {
  return observation?.grantsPorts !== true || portOf(listener, observation) !== undefined;
}

/** TCP and UDP have ports of their own. */
function portOf(
  { port, protocol }: Listener,
  observation: FleetObservation | undefined,
): PortObservation | undefined {
  return protocol === 'UDP' ? observation?.udpPorts?.[port] : observation?.ports[port];
}

function isPassthrough({ protocol, tls }: Listener): boolean {
  return protocol === 'TLS' && tls?.mode === 'Passthrough';
}

/** Source: Gateway API, ListenerTLSConfig.mode: Terminate when it does not say. */
function endsTls(listener: Listener): boolean {
  return listener.protocol === 'HTTPS' || (listener.protocol === 'TLS' && !isPassthrough(listener));
}

function acceptance(
  listener: Listener,
  at: string,
  observation: FleetObservation | undefined,
  clients: ClientValidationOutcome | undefined,
  filters: Refusal | undefined,
): Verdict {
  if (!isSupportedProtocol(listener.protocol)) {
    return refusal('UnsupportedProtocol', `protocol ${listener.protocol} is not supported`, `${at}.protocol`);
  }
  const port = portOf(listener, observation);
  if (port?.bound === false) return refusal(port.reason, port.message, `${at}.port`);
  return clients?.refused ?? tlsOptionRefusal(listener, at) ?? filters ?? ACCEPTED;
}
