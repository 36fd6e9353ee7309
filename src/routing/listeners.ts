import type { Gateway, Listener } from '../resources/index.js';
import type { FleetObservation, Reads } from '../store/index.js';
import { certificatesOf, type CheckCertificate } from './certificates.js';
import { clientValidationOf, type ClientValidationOutcome } from './client-validation.js';
import { conflictOf, hostOf } from './conflicts.js';
import { EVERY_HOST } from './hostnames.js';
import { ACCEPTED, type ListenerModel, type Verdict } from './model.js';
import { refusal, verdictOf } from './refusals.js';
import { isSupportedProtocol, routeKindsOf } from './route-kinds.js';
import { tlsOptionRefusal } from './tls-options.js';

/** A listener before its routes are known. */
export type AnalysedListener = Omit<ListenerModel, 'attachedRoutes'>;

/** Every listener of the Gateway, in its order. */
export function analyseListeners(
  gateway: Gateway,
  observation: FleetObservation | undefined,
  reads: Reads,
  check: CheckCertificate,
): readonly AnalysedListener[] {
  return gateway.spec.listeners.map((listener, index) => {
    const at = `spec.listeners[${index}]`;
    const clients = listener.protocol === 'HTTPS' ? clientValidationOf(gateway, listener, reads) : undefined;
    const accepted = acceptance(listener, at, observation, clients);
    const conflicted = conflictOf(listener, gateway.spec.listeners, at) ?? ACCEPTED;
    const kinds = routeKindsOf(listener, at);
    const { certificates, refusals } =
      listener.protocol === 'HTTPS'
        ? certificatesOf(listener, gateway, at, reads, check)
        : { certificates: [], refusals: [] };
    const host = hostOf(listener);
    return {
      name: listener.name,
      port: listener.port,
      protocol: listener.protocol,
      hostname: host === EVERY_HOST ? undefined : host,
      accepted,
      conflicted,
      resolvedRefs: verdictOf([...refusals, ...(clients?.refusals ?? []), ...kinds.refusals]),
      supportedKinds: kinds.supportedKinds,
      certificates,
      clientValidation: clients?.validation,
      served:
        accepted.accepted &&
        conflicted.accepted &&
        isGranted(listener.port, observation) &&
        (listener.protocol !== 'HTTPS' || certificates.length > 0),
    };
  });
}

/** A port that has not been asked for yet is neither refused nor served. */
function isGranted(port: number, observation: FleetObservation | undefined): boolean {
  return observation?.grantsPorts !== true || observation.ports[port] !== undefined;
}

function acceptance(
  listener: Listener,
  at: string,
  observation: FleetObservation | undefined,
  clients: ClientValidationOutcome | undefined,
): Verdict {
  if (!isSupportedProtocol(listener.protocol)) {
    return refusal(
      'UnsupportedProtocol',
      `protocol ${listener.protocol} is not supported here`,
      `${at}.protocol`,
    );
  }
  const port = observation?.ports[listener.port];
  if (port?.bound === false) return refusal(port.reason, port.message, `${at}.port`);
  return clients?.refused ?? tlsOptionRefusal(listener, at) ?? ACCEPTED;
}
