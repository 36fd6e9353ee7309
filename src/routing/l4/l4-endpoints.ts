import type { Reads } from '../../store/index.js';
import { kindPrefix } from '../clusters.js';
import { serviceAddresses, type Address } from '../endpoints.js';
import type { L4Endpoint, L4EndpointsModel, L4Locality, L4Target } from './l4-model.js';

/** Of a message of Envoy: the weights of all localities of a cluster, and of all endpoints of a locality, add up to no more. */
const MOST_WEIGHT = 4_294_967_295;

/** Endpoints of one backend, and what the rule's shares of it add up to. */
interface Backend {
  readonly name: string;
  weight: number;
  readonly digest: string | undefined;
  readonly addresses: readonly Address[];
}

/**
 * Where a rule's connections go. Each backend is a locality; all shares that are refused or have no endpoint are one, whose only endpoint refuses, so
 * that they keep their part (DESIGN D4, D11). Envoy drops the second occurrence of an address: where backends have some in common, there is one
 * locality, and endpoints have the weights.
 */
export function l4EndpointsOf({ cluster, shares }: L4Target, reads: Reads): L4EndpointsModel {
  const backends = new Map<string, Backend>();
  let refused = 0;
  for (const { weight, target } of shares) {
    if (target.kind === 'unresolved') {
      refused += weight;
      continue;
    }
    const { service, port, secured } = target;
    const name = `${kindPrefix(service)}${service.namespace}/${service.name}:${port}`;
    const known = backends.get(name);
    if (known !== undefined) known.weight += weight;
    else {
      const digest = cluster.tls === undefined ? undefined : (secured?.digest ?? PLAIN);
      const addresses = serviceAddresses(service, port, cluster.transport, reads);
      backends.set(name, { name, weight, digest, addresses });
    }
  }
  const some = [...backends.values()].filter(({ addresses }) => addresses.length > 0);
  for (const { weight, addresses } of backends.values()) if (addresses.length === 0) refused += weight;
  // Without any positive weight nothing is forwarded.
  if (refused === 0 && some.every(({ weight }) => weight === 0)) refused = 1;
  const localities = overlap(some)
    ? [
        mixed(
          some.filter(({ weight }) => weight > 0),
          refused,
        ),
      ]
    : [...some.map(localityOf), ...(refused === 0 ? [] : [refusing(refused)])];
  return { cluster: cluster.name, localities: localities.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

const PLAIN = 'plain';

function localityOf({ name, weight, digest, addresses }: Backend): L4Locality {
  const endpoints = addresses.map((address): L4Endpoint => ({ ...address, digest, weight: undefined }));
  return { name, weight, endpoints };
}

function refusing(weight: number): L4Locality {
  return { name: 'refused', weight, endpoints: [{ refuses: true, weight: undefined }] };
}

function overlap(backends: readonly Backend[]): boolean {
  const all = backends.flatMap(({ addresses }) => addresses.map(keyOf));
  return new Set(all).size < all.length;
}

/** An endpoint's weight is Σ(weight of a backend ÷ its endpoints), in the smallest whole numbers that can be had. */
function mixed(backends: readonly Backend[], refused: number): L4Locality {
  const sum = backends.reduce((total, { weight }) => total + weight, refused);
  const exact = backends.reduce((factor, { addresses }) => leastCommonMultiple(factor, addresses.length), 1);
  // Rounding adds less than 1 for each endpoint.
  const places = backends.reduce((total, { addresses }) => total + addresses.length, 1);
  const scale = Math.min(exact, Math.floor((MOST_WEIGHT - places) / sum));
  const found = new Map<string, { readonly address: Address; weight: number; digest: string | undefined }>();
  for (const { weight, digest, addresses } of backends) {
    for (const address of addresses) {
      const key = keyOf(address);
      const known = found.get(key) ?? { address, weight: 0, digest };
      known.weight += (weight * scale) / addresses.length;
      // One port speaks one way: what a policy secures is not sent in plain text for another Service's sake.
      if (known.digest === PLAIN) known.digest = digest;
      found.set(key, known);
    }
  }
  const endpoints = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { address, weight, digest }]): L4Endpoint => ({
      ...address,
      digest,
      weight: Math.max(1, Math.round(weight)),
    }));
  const refuses: readonly L4Endpoint[] =
    refused === 0 ? [] : [{ refuses: true, weight: Math.max(1, Math.round(refused * scale)) }];
  return { name: 'mixed', weight: 1, endpoints: [...endpoints, ...refuses] };
}

function keyOf({ address, port }: Address): string {
  return `${address} ${port}`;
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
