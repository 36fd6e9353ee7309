import type { Gateway } from '../resources/index.js';
import type { FleetObservation, Reads } from '../store/index.js';
import { clientCertificateOf } from './certificates.js';
import { classVerdict, type ClassOptions } from './gateway-classes.js';
import { gatewayListeners, type GatewayListeners } from './gateway-listeners.js';
import type { AnalysedListener, ListenerOptions } from './listeners.js';
import { ACCEPTED, type CertificateModel, type Refusal, type TracingModel, type Verdict } from './model.js';
import { refusal } from './refusals.js';

/** A Gateway of ours before its routes are known. */
export interface AnalysedGateway extends GatewayListeners {
  readonly gateway: Gateway;
  /** `namespace/name`, the fleet's id. */
  readonly id: string;
  readonly accepted: Verdict;
  /** Of references that are no listener's; undefined: there is none. */
  readonly resolvedRefs: Verdict | undefined;
  /** Presented to backends. */
  readonly clientCertificate: CertificateModel | undefined;
  readonly addressed: Verdict;
  readonly addresses: readonly string[];
  readonly portOffset: number;
  /** Whether it has every address that it asks for; undefined: not known yet. */
  readonly assigned: Verdict | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing: TracingModel | undefined;
}

/** Undefined: the Gateway is not ours. @param previous what equals it keeps its identity */
export function analyseGateway(
  gateway: Gateway,
  reads: Reads,
  options: ClassOptions & ListenerOptions,
  tracing: TracingModel | undefined,
  previous: AnalysedGateway | undefined,
): AnalysedGateway | undefined {
  const ofClass = classVerdict(gateway, reads, options);
  if (ofClass === undefined) return undefined;
  const id = `${gateway.metadata.namespace ?? ''}/${gateway.metadata.name}`;
  const observation = reads.observation(id);
  const ownRefusal =
    classRefusal(ofClass, gateway) ?? parametersRefusal(gateway) ?? observedRefusal(observation, 'Accepted');
  const { listeners, sets } = gatewayListeners(gateway, ownRefusal, observation, reads, options, previous);
  const addresses = observation?.addresses ?? [];
  const client = clientCertificateOf(gateway, reads, options.check);
  const refused = client !== undefined && 'accepted' in client;
  return {
    gateway,
    id,
    accepted: ownRefusal ?? listenersRefusal(listeners) ?? ACCEPTED,
    resolvedRefs: client && (refused ? client : ACCEPTED),
    clientCertificate: refused ? undefined : client,
    addressed: observedRefusal(observation, 'Programmed') ?? addressVerdict(addresses),
    addresses,
    portOffset: observation?.portOffset ?? 0,
    assigned: assignment(observation),
    listeners,
    sets,
    tracing,
  };
}

function classRefusal(ofClass: Verdict, gateway: Gateway): Refusal | undefined {
  if (ofClass.accepted) return undefined;
  const message = `GatewayClass ${gateway.spec.gatewayClassName} is not accepted: ${ofClass.message}`;
  return refusal(ofClass.reason, message, 'spec.gatewayClassName');
}

/** No kind of parameters exists yet. */
function parametersRefusal(gateway: Gateway): Refusal | undefined {
  const ref = gateway.spec.infrastructure?.parametersRef;
  if (ref === undefined) return undefined;
  const message = `parameters of kind ${ref.kind} are not supported`;
  return refusal('InvalidParameters', message, 'spec.infrastructure.parametersRef');
}

/**
 * One bad listener among good ones is told by that listener; the Gateway is refused only when none is left, of its ListenerSets neither: the API takes all
 * for one list.
 */
function listenersRefusal(listeners: readonly AnalysedListener[]): Refusal | undefined {
  if (listeners.some(({ accepted, conflicted }) => accepted.accepted && conflicted.accepted))
    return undefined;
  return refusal('ListenersNotValid', 'no listener is valid', 'spec.listeners');
}

function observedRefusal(
  observation: FleetObservation | undefined,
  condition: 'Accepted' | 'Programmed',
): Refusal | undefined {
  const observed = observation?.addressRefusal;
  return observed?.condition === condition
    ? refusal(observed.reason, observed.message, 'spec.addresses')
    : undefined;
}

/** Source: GatewayConditionAddressesAssigned, which is absent until addresses have been assigned or refused. */
function assignment(observation: FleetObservation | undefined): Verdict | undefined {
  if (observation === undefined) return undefined;
  const { addresses, missingAddresses: missing, addressRefusal } = observation;
  if (missing !== undefined) return refusal(missing.reason, missing.message, 'spec.addresses');
  return addresses.length > 0 && addressRefusal === undefined ? ACCEPTED : undefined;
}

function addressVerdict(addresses: readonly string[]): Verdict {
  return addresses.length > 0
    ? ACCEPTED
    : refusal('AddressNotAssigned', 'no address has been assigned yet', 'spec.addresses');
}
