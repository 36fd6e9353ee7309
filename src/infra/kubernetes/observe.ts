import { isIP, isIPv6, SocketAddress } from 'node:net';
import { CLUSTER_ROUTABILITY, type GatewaySpecAddress } from '../../resources/index.js';
import type { FleetObservation } from '../../store/index.js';
import type { InfraFailure } from './converge.js';
import type { DesiredGateway } from './desired.js';
import { infraName } from './names.js';
import type { OwnedObject } from './owned.js';
import { servicePlans, type AddressPlan, type AddressSource } from './service-plans.js';

// What is seen of a Gateway's addresses. Source: Gateway API, GatewayStatus.addresses, GatewayConditionAddressesAssigned.

/** GatewayStatus.addresses holds no more. */
const MOST_ADDRESSES = 16;

export interface Seen {
  readonly services: readonly OwnedObject[];
  /** How it is run: by its parameters, or, where they are refused, as it does run. */
  readonly run: Parameters<typeof servicePlans>[1];
  /** Addresses of nodes by which it is reached. */
  readonly nodes: readonly string[];
  readonly binds: readonly string[];
  readonly failures: readonly InfraFailure[];
  /** It has parameters, which can be at fault. */
  readonly hasParameters: boolean;
}

export function observationOf(
  gateway: Pick<DesiredGateway, 'fleet' | 'name' | 'gatewayClass' | 'addresses'>,
  seen: Seen,
): FleetObservation {
  const { services, nodes } = seen;
  const plans = servicePlans(gateway.addresses, seen.run);
  const nameOf = (suffix: string): string => infraName(gateway.name, gateway.gatewayClass, suffix);
  const chosen = new Set(
    plans.services.flatMap(({ suffix, clusterIP }) => (clusterIP === undefined ? [] : [nameOf(suffix)])),
  );
  // A cluster IP that is not to be had is no fault of anything but the entry that asks for it.
  const isChosen = ({ kind, name }: InfraFailure): boolean => kind === 'Service' && chosen.has(name);
  const failures = seen.failures.filter((failure) => !isChosen(failure));
  const wordsOf = (suffix: string): string =>
    seen.failures.find((failure) => isChosen(failure) && failure.name === nameOf(suffix))?.message ?? '';
  const pool = (suffix: string, source: AddressSource): readonly string[] => {
    if (source === 'nodes') return nodes;
    const service = services.find(({ metadata }) => metadata.name === nameOf(suffix));
    return service === undefined ? [] : addressesOf(service, source);
  };
  const assigned: Assigned =
    plans.addresses.length === 0
      ? unasked(pool('', plans.source), plans.source)
      : assign(plans.addresses, pool, wordsOf);
  const addresses = [...new Set(assigned.addresses)].slice(0, MOST_ADDRESSES);
  const parametersRefusal = invalid(failures);
  return {
    fleet: gateway.fleet,
    addresses,
    binds: seen.binds,
    ...(assigned.missing && { missingAddresses: assigned.missing }),
    ...refusalOf(assigned.refusal, addresses, failures, seen),
    ...(Object.keys(assigned.routabilities).length > 0 && { routabilities: assigned.routabilities }),
    ...(seen.hasParameters && parametersRefusal !== undefined && { parametersRefusal }),
    ports: {},
    portOffset: 0,
  };
}

type AddressRefusal = NonNullable<FleetObservation['addressRefusal']>;

/** What the API server did not let us make is why there is no address, if there is none. */
function refusalOf(
  refusal: AddressRefusal | undefined,
  addresses: readonly string[],
  failures: readonly InfraFailure[],
  { hasParameters }: Pick<Seen, 'hasParameters'>,
): { readonly addressRefusal?: AddressRefusal } {
  const told = failures.filter(({ because }) => because !== 'invalid' || !hasParameters);
  if (refusal === undefined && addresses.length === 0 && told.length > 0) {
    const message = told.map((failure) => failure.message).join('; ');
    return { addressRefusal: { condition: 'Programmed', reason: 'NoResources', message } };
  }
  return refusal === undefined ? {} : { addressRefusal: refusal };
}

function invalid(failures: readonly InfraFailure[]): string | undefined {
  const told = failures.filter(({ because }) => because === 'invalid').map(({ message }) => message);
  return told.length > 0 ? told.join('; ') : undefined;
}

interface Assigned {
  readonly addresses: readonly string[];
  readonly routabilities: Readonly<Record<string, string>>;
  readonly refusal?: AddressRefusal;
  readonly missing?: NonNullable<FleetObservation['missingAddresses']>;
}

/** All that there are. A cluster IP is one, whether or not that was asked for. Source: GEP-5093, Default Semantics. */
function unasked(addresses: readonly string[], source: AddressSource): Assigned {
  const isOfCluster = source === 'cluster';
  return {
    addresses,
    routabilities: Object.fromEntries(isOfCluster ? addresses.map((one) => [one, CLUSTER_ROUTABILITY]) : []),
  };
}

/**
 * One address for each entry that can be satisfied.
 * @param wordsOf why the API server did not make the Service of a chosen cluster IP; '' if it did not say
 */
function assign(
  plans: readonly AddressPlan[],
  pool: (suffix: string, source: AddressSource) => readonly string[],
  wordsOf: (suffix: string) => string,
): Assigned {
  const addresses: string[] = [];
  const routabilities: Record<string, string> = {};
  const unusable: string[] = [];
  const pending: string[] = [];
  const unsupported: string[] = [];
  for (const { entry, from } of plans) {
    const { value = '', routability = '' } = entry;
    if (from === undefined) {
      if (isSupportedType(entry)) pending.push(`${described(entry)} has not been assigned`);
      else unsupported.push(described(entry));
      continue;
    }
    const address = found(entry, pool(from.suffix, from.source), addresses);
    if (address !== undefined) {
      addresses.push(address);
      if (routability !== '') routabilities[address] = routability;
      else if (from.source === 'cluster') routabilities[address] = CLUSTER_ROUTABILITY;
    } else {
      const why = wordsOf(from.suffix);
      const text = `${described(entry)} has not been assigned${why === '' ? '' : `: ${why}`}`;
      (value === '' || routability !== '' ? pending : unusable).push(text);
    }
  }
  const faults = [
    ...unsupported.map((text) => `${text} is not supported; use IPAddress`),
    ...unusable,
    ...pending,
  ];
  if (faults.length === 0) return { addresses, routabilities };
  const message = faults.join('; ');
  const refusal = addressRefusal({ unsupported, unusable, isNone: addresses.length === 0, message });
  const reason = addresses.length === 0 ? 'NotAssigned' : 'PartiallyAssigned';
  return { addresses, routabilities, ...(refusal && { refusal }), missing: { reason, message } };
}

function addressRefusal(of: {
  readonly unsupported: readonly string[];
  readonly unusable: readonly string[];
  readonly isNone: boolean;
  readonly message: string;
}): AddressRefusal | undefined {
  const { unsupported, unusable, isNone, message } = of;
  if (unsupported.length > 0) return { condition: 'Accepted', reason: 'UnsupportedAddress', message };
  // Whatever was asked for: where there is none of it that is the reason (GEP-5093), and where there is some, addresses that were named are missed.
  if (isNone) return { condition: 'Programmed', reason: 'AddressNotAssigned', message };
  return unusable.length > 0 ? { condition: 'Programmed', reason: 'AddressNotUsable', message } : undefined;
}

function isSupportedType({ type = 'IPAddress', value = '' }: GatewaySpecAddress): boolean {
  return type === 'IPAddress' || (type === 'Hostname' && value === '');
}

/** @param taken by entries before it */
function found(
  { type = 'IPAddress', value = '' }: GatewaySpecAddress,
  pool: readonly string[],
  taken: readonly string[],
): string | undefined {
  if (value !== '') return pool.find((address) => canonical(address) === canonical(value));
  const isWanted = (address: string): boolean => (type === 'Hostname') === (isIP(address) === 0);
  return pool.find((address) => isWanted(address) && !taken.includes(address));
}

/** Two spellings of one IPv6 address are one address. */
function canonical(address: string): string {
  return isIPv6(address) && !address.includes('%')
    ? new SocketAddress({ address, family: 'ipv6' }).address
    : address;
}

function described({ type = 'IPAddress', value = '', routability = '' }: GatewaySpecAddress): string {
  const what = value === '' ? `an address of type ${type}` : `${type} ${value}`;
  return routability === '' ? what : `${what} of routability ${routability}`;
}

interface ServiceState {
  readonly spec?: { readonly clusterIPs?: readonly string[] };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

function addressesOf(service: OwnedObject, source: AddressSource): readonly string[] {
  const { spec, status } = service as ServiceState;
  if (source === 'cluster') return (spec?.clusterIPs ?? []).filter((ip) => isIP(ip) !== 0);
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => {
    const address = ip ?? hostname;
    return address === undefined || address === '' ? [] : [address];
  });
}
