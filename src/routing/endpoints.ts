import type { Endpoint, EndpointSlice, ObjectRef } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { Transport } from './l4/l4-model.js';
import type { ClusterModel, EndpointsModel } from './model.js';

export type Address = EndpointsModel['endpoints'][number];

/**
 * Where a cluster's requests go: every EndpointSlice of its Service, IPv4 and IPv6, by the name of the Service port (the slice's port
 * number counts, not the Service's). Slices of type FQDN cannot be expressed in EDS and are left out.
 *
 * Endpoints that are not ready are left out; those that still serve while they terminate are taken only when nothing is ready, as kube-proxy does
 * (KEP-1669). `publishNotReadyAddresses` is in `ready` already: the EndpointSlice controller sets it, even for what terminates. Leaving an endpoint
 * out is how it drains: Envoy gives it no new request, lets those in flight end, and closes each connection after its last one (ConnectionPool
 * DrainAndDelete). So nothing has to stay behind with health_status DRAINING, which only adds that a persistent session still finds it.
 */
export function endpointsOf(cluster: ClusterModel, reads: Reads): EndpointsModel {
  return { cluster: cluster.name, endpoints: addressesOf(cluster.service, cluster.port, 'tcp', reads) };
}

/** The same of a port of a Service, for either transport: numbers of both may be the same. Sorted, without duplicates. */
export function addressesOf(
  { namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>,
  servicePort: number,
  transport: Transport,
  reads: Reads,
): readonly Address[] {
  const protocol = transport === 'udp' ? 'UDP' : 'TCP';
  const service = reads.get('Service', namespace, name);
  const port = service?.spec?.ports?.find((p) => p.port === servicePort && p.protocol === protocol);
  const slices = port === undefined ? [] : [...reads.referring('slicesOfService', namespace, name).values()];
  const asked = { name: port?.name ?? '', protocol } as const;
  const ready = addresses(slices, asked, isReady);
  const taken = ready.size > 0 ? ready : addresses(slices, asked, isServingWhileTerminating);
  return [...taken].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
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
