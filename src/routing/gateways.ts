import type { Gateway, GatewayParametersSpec } from '../resources/index.js';
import type { FleetObservation, Reads } from '../store/index.js';
import { clientCertificateOf } from './certificates.js';
import { classVerdict, type ClassOptions } from './gateway-classes.js';
import { keepEqual, keepList } from './keep.js';
import { placeListeners, type PlacedListener } from './listener-precedence.js';
import { setsNaming, type NamingSet } from './listener-sets.js';
import type { ListenerContext, ListenerOptions } from './listeners.js';
import { ACCEPTED, type CertificateModel, type Refusal, type TracingModel, type Verdict } from './model.js';
import { isRefusal, mergedParameters, ownParameters } from './parameters.js';
import { refusal } from './refusals.js';

/** A Gateway of ours before its listeners are analysed. */
export interface PlacedGateway {
  readonly gateway: Gateway;
  /** `namespace/name`, the fleet's id. */
  readonly id: string;
  /** Why it is refused, whatever its listeners are. */
  readonly refused: Refusal | undefined;
  /** Of references that are no listener's; undefined: there is none. */
  readonly resolvedRefs: Verdict | undefined;
  /** Presented to backends. */
  readonly clientCertificate: CertificateModel | undefined;
  readonly addressed: Verdict;
  readonly addresses: readonly string[];
  /** Of addresses that have one, by address. */
  readonly routabilities: Readonly<Record<string, string>>;
  /** What its proxies bind. */
  readonly binds: readonly string[];
  /** How they are run; undefined: what is said about that is refused. */
  readonly parameters: GatewayParametersSpec | undefined;
  readonly portOffset: number;
  /** Whether it has every address that it asks for; undefined: not known yet. */
  readonly assigned: Verdict | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing: TracingModel | undefined;
  /** The ListenerSets that name it, in order of precedence. */
  readonly naming: readonly NamingSet[];
  /** Its listeners and those of the ListenerSets that join it, in order of precedence. */
  readonly placed: readonly PlacedListener[];
  /** What its listeners are analysed with. */
  readonly context: ListenerContext;
}

/** Undefined: the Gateway is not ours. @param previous what equals it keeps its identity */
export function placeGateway(
  gateway: Gateway,
  reads: Reads,
  options: ClassOptions & Pick<ListenerOptions, 'check'>,
  tracing: TracingModel | undefined,
  previous: PlacedGateway | undefined,
): PlacedGateway | undefined {
  const ofClass = classVerdict(gateway, reads, options);
  if (ofClass === undefined) return undefined;
  const namespace = gateway.metadata.namespace ?? '';
  const id = `${namespace}/${gateway.metadata.name}`;
  const observation = reads.observation(id);
  const own = ownParameters(gateway, reads);
  const refused =
    classRefusal(ofClass.accepted, gateway) ??
    (isRefusal(own) ? own : undefined) ??
    refusedParameters(observation) ??
    observedRefusal(observation, 'Accepted');
  const naming = namingSets(gateway, reads, previous);
  const addresses = observation?.addresses ?? [];
  const client = clientCertificateOf(gateway, reads, options.check);
  const isClientRefused = client !== undefined && 'accepted' in client;
  const context = { namespace, frontend: gateway.spec.tls?.frontend, observation };
  const next: PlacedGateway = {
    gateway,
    id,
    refused,
    resolvedRefs: client && (isClientRefused ? client : ACCEPTED),
    clientCertificate: isClientRefused ? undefined : client,
    addressed: observedRefusal(observation, 'Programmed') ?? addressVerdict(addresses),
    addresses,
    routabilities: observation?.routabilities ?? {},
    binds: observation?.binds ?? addresses,
    parameters:
      isRefusal(own) || ofClass.parameters === undefined
        ? undefined
        : mergedParameters(ofClass.parameters, own),
    portOffset: observation?.portOffset ?? 0,
    assigned: assignment(observation),
    tracing,
    naming,
    placed: placedListeners(gateway, naming, previous),
    context: keepEqual(previous?.context, context),
  };
  return keepEqual(previous, next);
}

function namingSets(
  gateway: Gateway,
  reads: Reads,
  previous: PlacedGateway | undefined,
): readonly NamingSet[] {
  const known = new Map(previous?.naming.map((set) => [set.listenerSet, set]));
  const naming = setsNaming(gateway, reads).map((set) => keepEqual(known.get(set.listenerSet), set));
  return keepList(previous?.naming, naming);
}

/** Each by itself: what is written anew and says the same is the same. */
function placedListeners(
  gateway: Gateway,
  naming: readonly NamingSet[],
  previous: PlacedGateway | undefined,
): readonly PlacedListener[] {
  const joining = naming.flatMap(({ listenerSet, allowed }) => (allowed.accepted ? [listenerSet] : []));
  const known = new Map(previous?.placed.map((each) => [each.listener.name, each]));
  const placed = placeListeners(gateway, joining).map((each) =>
    keepEqual(known.get(each.listener.name), each),
  );
  return keepList(previous?.placed, placed);
}

function classRefusal(ofClass: Verdict, gateway: Gateway): Refusal | undefined {
  if (ofClass.accepted) return undefined;
  const message = `GatewayClass ${gateway.spec.gatewayClassName} is not accepted: ${ofClass.message}`;
  return refusal(ofClass.reason, message, 'spec.gatewayClassName');
}

/** They were followed, and could not be. */
function refusedParameters(observation: FleetObservation | undefined): Refusal | undefined {
  const message = observation?.parametersRefusal;
  return message === undefined
    ? undefined
    : refusal('InvalidParameters', message, 'spec.infrastructure.parametersRef');
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
