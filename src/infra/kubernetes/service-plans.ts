import { isIP } from 'node:net';
import { CLUSTER_ROUTABILITY, SENTINEL_ROUTABILITY, type GatewaySpecAddress } from '../../resources/index.js';
import { digest } from './names.js';
import type { Parameters } from './parameters.js';

// Which Services give a Gateway the addresses that it asks for. Source: Gateway API, GatewaySpec.addresses; a Service has one address of a load balancer that
// can be chosen, so each further one is another Service over the same pods.

/** Where an address comes from. */
export type AddressSource = 'loadBalancer' | 'cluster' | 'nodes';

/** A Service of the Gateway. */
export interface ServicePlan {
  /** Appended to the name; '' is the first one, which is always there. */
  readonly suffix: string;
  readonly type: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  /** Asked of the load balancer. */
  readonly loadBalancerIP?: string;
  /** Chosen when the Service is made, and never changed. */
  readonly clusterIP?: string;
}

/** An entry of `spec.addresses` and where it is looked for. */
export interface AddressPlan {
  readonly entry: GatewaySpecAddress;
  /** Undefined: it cannot be had here at all. */
  readonly from: { readonly suffix: string; readonly source: AddressSource } | undefined;
}

export interface ServicePlans {
  readonly services: readonly ServicePlan[];
  /** In the order of `spec.addresses`; empty: it asks for none, and gets all of the first Service. */
  readonly addresses: readonly AddressPlan[];
  /** Where addresses come from that nothing else is said about. */
  readonly source: AddressSource;
}

export function servicePlans(
  entries: readonly GatewaySpecAddress[],
  { service: { type }, hostNetwork }: Pick<Parameters, 'service' | 'hostNetwork'>,
): ServicePlans {
  const source = sourceOf(type, hostNetwork);
  const extra: ServicePlan[] = [];
  let first: ServicePlan = { suffix: '', type: hostNetwork ? 'ClusterIP' : type };
  const used = new Set<AddressSource>();

  const place = (entry: GatewaySpecAddress): AddressPlan => {
    const from = sourceFor(entry, source);
    if (from === undefined) return { entry, from };
    const value = entry.value ?? '';
    const isFirst = !used.has(from);
    if (from === 'nodes') return { entry, from: { suffix: '', source: from } };
    if (from === 'cluster') {
      // Of a Service that is there already it cannot be chosen any more.
      if (value === '' && isFirst) {
        used.add(from);
        return { entry, from: { suffix: '', source: from } };
      }
      const suffix = suffixOf('c', value, extra.length);
      extra.push({ suffix, type: 'ClusterIP', ...(isIP(value) !== 0 && { clusterIP: value }) });
      return { entry, from: { suffix, source: from } };
    }
    used.add(from);
    const chosen = isIP(value) !== 0 && { loadBalancerIP: value };
    if (isFirst) {
      first = { ...first, ...chosen };
      return { entry, from: { suffix: '', source: from } };
    }
    const suffix = suffixOf('a', value, extra.length);
    extra.push({ suffix, type: 'LoadBalancer', ...chosen });
    return { entry, from: { suffix, source: from } };
  };

  const addresses = entries.map(place);
  // Who asks only for addresses within the cluster is not given one outside.
  const asksInside = addresses.length > 0 && addresses.every(({ from }) => from?.source === 'cluster');
  if (asksInside && first.type === 'LoadBalancer') first = { suffix: '', type: 'ClusterIP' };
  return { services: [first, ...extra], addresses, source };
}

function sourceOf(type: ServicePlan['type'], hostNetwork: boolean): AddressSource {
  if (hostNetwork || type === 'NodePort') return 'nodes';
  return type === 'LoadBalancer' ? 'loadBalancer' : 'cluster';
}

function sourceFor(
  { type = 'IPAddress', value = '', routability = '' }: GatewaySpecAddress,
  source: AddressSource,
): AddressSource | undefined {
  const isKnown = type === 'IPAddress' || (type === 'Hostname' && value === '');
  if (!isKnown) return undefined;
  if (routability === '' || routability === SENTINEL_ROUTABILITY) return source;
  return routability === CLUSTER_ROUTABILITY ? 'cluster' : undefined;
}

/** By what is asked for, so that entries that come and go around it leave it alone; what is not named can only be counted. */
function suffixOf(letter: string, value: string, count: number): string {
  return `-${letter}${value === '' ? count : digest(value).slice(0, 6)}`;
}
