import type { KubeConfig } from '@kubernetes/client-node';
import { WindlassError } from '../../errors/index.js';
import { ApiError, createApiClient, getFromPod, type ApiClient } from '../../kubernetes/index.js';
import type { Replica, Replicas } from './replica.js';

export interface Place {
  readonly namespace: string;
  /** Label selector of the Pods. */
  readonly selector: string;
  /** Of the debug endpoint, on the loopback of the Pod. */
  readonly port: number;
}

/** Held by the replica that writes statuses, under the name of its Pod. */
const LEASE = 'windlass-controller';

/**
 * The replicas that are ready, the one that holds the Lease first: only it knows what the Envoys of all of them acknowledged.
 * @throws WindlassError CONTROL_PLANE_UNREACHABLE when there is none, KUBERNETES_API when the API server refuses
 */
export async function inCluster(config: KubeConfig, place: Place): Promise<Replicas> {
  const client = createApiClient(config);
  try {
    const [pods, holder] = await Promise.all([podsOf(client, place), holderOf(client, place)]);
    const ready = pods.filter(isReady).map(({ metadata }) => metadata.name);
    const isLeader = (pod: string): boolean => holder === pod || (holder?.startsWith(`${pod}_`) ?? false);
    const [first, ...others] = ready.toSorted(
      (a, b) => Number(isLeader(b)) - Number(isLeader(a)) || (a < b ? -1 : 1),
    );
    if (first === undefined) throw none(config, place, pods.length);
    const { namespace, port } = place;
    const replica = (pod: string): Replica => ({
      name: pod,
      get: (path) => getFromPod(config, { namespace, pod, port }, path),
    });
    return [replica(first), ...others.map(replica)];
  } finally {
    client.close();
  }
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function podsOf(client: ApiClient, { namespace, selector }: Place): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const { items } = (await client.call({ path })) as { readonly items: readonly Pod[] };
  return items;
}

function isReady({ metadata, status }: Pod): boolean {
  const isTrue = (type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  return metadata.deletionTimestamp === undefined && isTrue('Ready');
}

async function holderOf(client: ApiClient, { namespace }: Place): Promise<string | undefined> {
  try {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${LEASE}`;
    const { spec } = (await client.call({ path })) as {
      readonly spec?: { readonly holderIdentity?: string };
    };
    return spec?.holderIdentity;
  } catch (error) {
    // No Lease yet, or none that this user may read: any replica is as good as another.
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}

function none(config: KubeConfig, { namespace, selector }: Place, pods: number): WindlassError {
  const found =
    pods === 0 ? `no pod has the labels ${selector}` : `none of the ${pods} pods with ${selector} is ready`;
  return new WindlassError(
    'CONTROL_PLANE_UNREACHABLE',
    `${found} in the namespace ${namespace} of ${config.getCurrentCluster()?.server ?? ''}; give another --namespace, --selector or --context, or an --address`,
  );
}
