import type { Endpoint, EndpointSlice, ObjectRef } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { Transport } from './l4/l4-model.js';
import type { ClusterModel, EndpointsModel } from './model.js';
import { addressesOf, podsSelected, targetPortOf } from './pod-endpoints.js';
import { anyServiceOf } from './services.js';

export type Address = EndpointsModel['endpoints'][number];

/** Where a cluster's requests go. This is the one place that knows how the endpoints of a kind of backend are found. */
export function endpointsOf(cluster: ClusterModel, reads: Reads): EndpointsModel {
  const { backend, port } = cluster;
  const found =
    backend.kind === 'XBackend' ? ofXBackend(cluster, reads) : ofService(backend, port, 'tcp', reads);
  return { cluster: cluster.name, endpoints: sorted(found) };
}

/** The addresses of a port of a Service or ServiceImport, sorted, without duplicates. */
export function serviceAddresses(...asked: Parameters<typeof ofService>): readonly Address[] {
  return sorted(ofService(...asked));
}

function sorted(found: ReadonlyMap<string, Address>): readonly Address[] {
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}

/** The Pods that an EndpointSelector selects, by the number of the port. */
function ofXBackend({ backend, port }: ClusterModel, reads: Reads): ReadonlyMap<string, Address> {
  const { namespace, name } = backend;
  const labels = reads.get('XBackend', namespace, name)?.spec.endpointSelector?.matchLabels ?? {};
  return addressesOf(podsSelected(namespace, labels, reads), () => port);
}

/**
 * Every EndpointSlice of the Service, IPv4 and IPv6, by the name of the Service port (the slice's port number counts, not the Service's). Slices of
 * type FQDN cannot be expressed in EDS and are left out. A Service that no slice is labelled for leads to the Pods that it selects. A ServiceImport has
 * nothing but its slices, whichever clusters they are of (KEP-1645); its own address, if it has one, is not used.
 *
 * Endpoints that are not ready are left out; those that still serve while they terminate are taken only when nothing is ready, as kube-proxy does
 * (KEP-1669). `publishNotReadyAddresses` is in a slice's `ready` already: the EndpointSlice controller sets it, even for what terminates. Leaving an
 * endpoint out is how it drains: Envoy gives it no new request, lets those in flight end, and closes each connection after its last one
 * (ConnectionPool DrainAndDelete). So nothing has to stay behind with health_status DRAINING, which only adds that a persistent session still finds
 * it.
 */
/** @param transport a Service may have a port of either with one number */
function ofService(
  ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>,
  number: number,
  transport: Transport,
  reads: Reads,
): ReadonlyMap<string, Address> {
  const protocol = transport === 'udp' ? 'UDP' : 'TCP';
  const service = anyServiceOf(ref, reads);
  const port = service?.spec?.ports?.find((p) => p.port === number && p.protocol === protocol);
  if (service === undefined || port === undefined) return new Map();
  const index = service.kind === 'Service' ? 'slicesOfService' : 'slicesOfImport';
  const slices = [...reads.referring(index, ref.namespace, ref.name).values()];
  if (slices.length === 0 && service.kind === 'Service') {
    const pods = podsSelected(ref.namespace, service.spec?.selector ?? {}, reads);
    const all = service.spec?.publishNotReadyAddresses === true;
    return addressesOf(all ? pods.map((pod) => ({ ...pod, ready: true })) : pods, (pod) =>
      targetPortOf(port, pod),
    );
  }
  const asked = { name: port.name ?? '', protocol } as const;
  const ready = addresses(slices, asked, isReady);
  return ready.size > 0 ? ready : addresses(slices, asked, isServingWhileTerminating);
}

function addresses(
  slices: readonly EndpointSlice[],
  asked: { readonly name: string; readonly protocol: 'TCP' | 'UDP' },
  takes: (endpoint: Endpoint) => boolean,
): Map<string, Address> {
  const found = new Map<string, Address>();
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue;
    const ports = (slice.ports ?? []).filter(
      (p) => (p.name ?? '') === asked.name && (p.protocol ?? 'TCP') === asked.protocol,
    );
    for (const { port } of ports) {
      if (port === undefined) continue;
      for (const endpoint of slice.endpoints.filter(takes)) {
        // "Consumers should handle [several addresses] as fungible": one is enough, the first (discovery/v1.Endpoint).
        const [address] = endpoint.addresses;
        if (address !== undefined) found.set(`${address} ${port}`, { address, port });
      }
    }
  }
  return found;
}

/** Source: discovery/v1 EndpointConditions: unset, `ready` and `serving` count as true, `terminating` as false. */
const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready !== false;

const isServingWhileTerminating = ({ conditions }: Endpoint): boolean =>
  conditions?.serving !== false && conditions?.terminating === true;
