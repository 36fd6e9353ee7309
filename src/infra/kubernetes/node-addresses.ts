import {
  startReflector,
  type ApiClient,
  type Reflector,
  type ReflectorLimits,
  type ServerObject,
} from '../../kubernetes/index.js';
import { saidFleet } from './names.js';
import { OWNED_SELECTOR } from './owned.js';

interface Node extends ServerObject {
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

interface Pod extends ServerObject {
  readonly status?: {
    readonly hostIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Addresses of nodes, for Gateways that are reached by them. Watched only once somebody asks. */
export interface NodeAddresses {
  /** Of every node, the external ones if it has any; sorted. */
  ofAll(): readonly string[];
  /** Of the nodes on which pods of the Gateway are ready; sorted. */
  ofPods(fleet: string): readonly string[];
  stop(): void;
}

export function watchNodeAddresses(
  client: ApiClient,
  onChange: () => void,
  limits: Partial<ReflectorLimits> | undefined,
): NodeAddresses {
  const nodes = follow<Node>(client, '/api/v1/nodes', undefined, onChange, limits);
  const pods = follow<Pod>(client, '/api/v1/pods', OWNED_SELECTOR, onChange, limits);
  return {
    ofAll: () => [...new Set([...nodes.all().values()].flatMap(addressesOf))].toSorted(),
    ofPods: (fleet) => {
      const hosts = [...pods.all().values()].flatMap(({ metadata, status }) =>
        saidFleet(metadata) === fleet && isReady(status) && status?.hostIP !== undefined
          ? [status.hostIP]
          : [],
      );
      return [...new Set(hosts)].toSorted();
    },
    stop: () => {
      nodes.stop();
      pods.stop();
    },
  };
}

interface Follower<T> {
  all(): ReadonlyMap<string, T>;
  stop(): void;
}

/** Begins when it is first asked. */
function follow<T extends ServerObject>(
  client: ApiClient,
  path: string,
  labelSelector: string | undefined,
  onChange: () => void,
  limits: Partial<ReflectorLimits> | undefined,
): Follower<T> {
  const known = new Map<string, T>();
  let reflector: Reflector | undefined;
  const keyOf = ({ metadata }: ServerObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  return {
    all: () => {
      reflector ??= startReflector({
        client,
        path,
        ...(labelSelector !== undefined && { labelSelector }),
        onChange: ({ upserts, deletes }) => {
          // What is asked for by its path is of that kind.
          for (const { object } of upserts) known.set(keyOf(object), object as T);
          for (const object of deletes) known.delete(keyOf(object));
          onChange();
        },
        // It tries again by itself; until then what is known stands.
        onState: () => undefined,
        ...(limits && { limits }),
      });
      return known;
    },
    stop: () => reflector?.stop(),
  };
}

function addressesOf({ status }: Node): readonly string[] {
  const of = (wanted: string): readonly string[] =>
    (status?.addresses ?? []).flatMap(({ type, address }) => (type === wanted ? [address] : []));
  const external = of('ExternalIP');
  return external.length > 0 ? external : of('InternalIP');
}

function isReady(status: Pod['status']): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
