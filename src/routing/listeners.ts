import type { Gateway, Listener } from '../resources/index.js';
import type { FleetObservation, PortObservation, Reads } from '../store/index.js';
import { certificatesOf, type CheckCertificate } from './certificates.js';
import { clientValidationRefusal } from './client-validation.js';
import { conflictOf, hostOf } from './conflicts.js';
import { EVERY_HOST } from './hostnames.js';
import { ACCEPTED, type ListenerModel, type Verdict } from './model.js';
import { refusal, verdictOf } from './refusals.js';
import { isSupportedProtocol, routeKindsOf } from './route-kinds.js';

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
    const accepted = acceptance(gateway, listener, at, observation);
    const conflicted = conflictOf(listener, gateway.spec.listeners, at) ?? ACCEPTED;
    const kinds = routeKindsOf(listener, at);
    const { certificates, refusals } = endsTls(listener)
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
      resolvedRefs: verdictOf([...refusals, ...kinds.refusals]),
      supportedKinds: kinds.supportedKinds,
      certificates,
      passthrough: isPassthrough(listener),
      served:
        accepted.accepted &&
        conflicted.accepted &&
        isGranted(listener, observation) &&
        (!endsTls(listener) || certificates.length > 0),
    };
  });
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
  gateway: Gateway,
  listener: Listener,
  at: string,
  observation: FleetObservation | undefined,
): Verdict {
  if (!isSupportedProtocol(listener.protocol)) {
    return refusal(
      'UnsupportedProtocol',
      `protocol ${listener.protocol} is not supported here`,
      `${at}.protocol`,
    );
  }
  const port = portOf(listener, observation);
  if (port?.bound === false) return refusal(port.reason, port.message, `${at}.port`);
  return clientValidationRefusal(gateway, listener, at) ?? ACCEPTED;
}
