import { startReflector, type ApiClient, type ServerObject } from '../../kubernetes/index.js';
import { WindlassError } from '../../errors/index.js';
import type { Logger } from '../../telemetry/index.js';

export interface ReplicaAddressesOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** The headless Service whose Pods are the replicas. */
  readonly service: string;
  /** Address of this Pod. */
  readonly own: string;
  /** The others, in order; first when they are known. */
  readonly onChange: (addresses: readonly string[]) => void;
  readonly logger: Logger;
}

/** As far as it is read. Source: discovery.k8s.io/v1 EndpointSlice. */
export interface ReplicaSlice extends ServerObject {
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean };
      }[]
    | null;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Follows the EndpointSlices of the replicas' Service. */
export function followReplicaAddresses(options: ReplicaAddressesOptions): { stop(): void } {
  const { client, namespace, service, own, onChange, logger } = options;
  const slices = new Map<string, ReplicaSlice>();
  let told: string | undefined;
  const tell = (): void => {
    const addresses = replicaAddresses([...slices.values()], own);
    if (addresses.join() === told) return;
    told = addresses.join();
    onChange(addresses);
  };
  return startReflector({
    client,
    path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    onChange: ({ upserts, deletes }) => {
      for (const { object } of upserts) {
        if (object.metadata.labels?.[SERVICE_NAME] === service) slices.set(object.metadata.name, object);
        else slices.delete(object.metadata.name);
      }
      for (const { metadata } of deletes) slices.delete(metadata.name);
      tell();
    },
    onState: (state) => {
      if (state.is === 'failing')
        logger.warn('the addresses of the replicas may be old', {
          error: WindlassError.from(state.error).message,
        });
    },
  });
}

/** Of all but this one; a Pod that ends serves its Envoys until it has. */
export function replicaAddresses(slices: readonly ReplicaSlice[], own: string): readonly string[] {
  const serving = slices.flatMap(({ endpoints }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.serving ?? conditions?.ready ?? true),
  );
  const all = new Set(serving.flatMap(({ addresses }) => addresses));
  all.delete(own);
  return [...all].sort();
}
