import type { Pod, ServicePort } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { EndpointsModel } from './model.js';

// Endpoints that no EndpointSlice names: the Pods that labels select. What the endpoint controllers of a cluster do, for a directory of files.

type Address = EndpointsModel['endpoints'][number];
type Labels = Readonly<Record<string, string>>;

/** A Pod as an endpoint: one address, its first, so that no Pod counts twice. */
export interface PodEndpoint {
  readonly pod: Pod;
  readonly address: string;
  /** It may take new requests. */
  readonly ready: boolean;
  /** It is about to end and answers still (KEP-1669). */
  readonly servesStill: boolean;
}

/** The Pods of a namespace that carry every label, of those that have an address and have not ended; none for no labels. */
export function podsSelected(namespace: string, labels: Labels, reads: Reads): readonly PodEndpoint[] {
  // Every Pod that is meant is in the bucket of each label; the smallest is looked through.
  const buckets = Object.entries(labels).map(([key, value]) =>
    reads.referring('podsOfLabel', namespace, `${key}=${value}`),
  );
  const [smallest] = buckets.toSorted((a, b) => a.size - b.size);
  return [...(smallest?.values() ?? [])].flatMap((pod) => {
    const address = [pod.status?.podIP, pod.status?.podIPs?.[0]?.ip].find(Boolean) ?? '';
    const { phase } = pod.status ?? {};
    const ended = phase === 'Succeeded' || phase === 'Failed';
    if (address === '' || ended || !carries(pod, labels)) return [];
    const isReady = isReadyPod(pod);
    const ending = pod.metadata.deletionTimestamp !== undefined;
    return [{ pod, address, ready: isReady && !ending, servesStill: isReady && ending }];
  });
}

/** Where a selector leads: the ready Pods, or while there are none those that serve until they end. */
export function addressesOf(
  pods: readonly PodEndpoint[],
  portOf: (pod: Pod) => number | undefined,
): ReadonlyMap<string, Address> {
  const ready = pods.filter((pod) => pod.ready);
  const taken = ready.length > 0 ? ready : pods.filter((pod) => pod.servesStill);
  return new Map(
    taken.flatMap(({ pod, address }) => {
      const port = portOf(pod);
      return port === undefined ? [] : [[`${address} ${port}`, { address, port }] as const];
    }),
  );
}

/** The number that a Service's `targetPort` means on a Pod: a name is looked up among the ports of its containers. */
export function targetPortOf(
  { targetPort, port }: Pick<ServicePort, 'targetPort' | 'port'>,
  { spec }: Pod,
): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port;
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(spec?.containers ?? []), ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find(({ name, protocol }) => name === targetPort && protocol === 'TCP')?.containerPort;
}

function carries({ metadata }: Pod, labels: Labels): boolean {
  return Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value);
}

/** Without a condition Ready – in a file that a person wrote – a Pod that has an address is ready, as an endpoint without conditions is. */
function isReadyPod({ status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}
