// A namespace of a test's own in the one-node cluster, and what a user does and sees there. These tests run inside of the cluster's network.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createApiClient, type ApiClient } from '../../../src/kubernetes/index.js';
import { Commands } from '../../cluster/commands.js';
import { clusterDirectory, FILES } from '../../cluster/node/layout.js';
import { nodeKubeconfig } from '../../cluster/node/node.js';
import { until } from '../../harness/until.js';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

export interface Place {
  readonly namespace: string;
  /** Path of an administrator's kubeconfig, for programs. */
  readonly kubeconfig: string;
  readonly client: ApiClient;
  /** Applies YAML as a user would; what says no namespace goes here. */
  apply(yaml: string): Promise<void>;
  /** `kubectl` with arguments, here. @returns its standard output @throws Error in its words */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Objects of this namespace. @param path as `apps/v1/deployments` or `v1/secrets/edge-tls`; undefined: there is none */
  get<T>(path: string): Promise<T | undefined>;
  /** Waits until a Gateway is Programmed. @returns its first address */
  address(gateway: string): Promise<string>;
  dispose(): Promise<void>;
}

const PROGRAMMED_MS = 180_000;

export async function openPlace(prefix: string): Promise<Place> {
  const namespace = `${prefix}-${randomBytes(3).toString('hex')}`;
  const config = nodeKubeconfig();
  const client = createApiClient(config);
  const commands = new Commands(config);
  const kubectl = (...args: readonly string[]): Promise<string> =>
    commands.ok('kubectl', ['-n', namespace, ...args]);
  await commands.ok('kubectl', ['create', 'namespace', namespace]);
  const get = async <T>(path: string): Promise<T | undefined> => {
    const [, base = '', rest = ''] = /^(v1|[^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
    const root = base === 'v1' ? '/api/v1' : `/apis/${base}`;
    return (await client
      .call({ path: `${root}/namespaces/${namespace}/${rest}` })
      .catch(() => undefined)) as T;
  };
  return {
    namespace,
    kubeconfig: join(clusterDirectory(), FILES.kubeconfig),
    client,
    kubectl,
    get,
    apply: async (yaml) => {
      await commands.ok('kubectl', ['-n', namespace, 'apply', '--server-side', '-f', '-'], yaml);
    },
    address: (gateway) =>
      until(
        `Gateway ${gateway} is Programmed`,
        async () => {
          const { status } = (await get<Gateway>(`gateway.networking.k8s.io/v1/gateways/${gateway}`)) ?? {};
          const programmed = status?.conditions?.find(({ type }) => type === 'Programmed');
          if (programmed?.status !== 'True') throw new Error(JSON.stringify(programmed));
          return status?.addresses?.[0]?.value;
        },
        PROGRAMMED_MS,
        200,
      ),
    dispose: async () => {
      await commands.run('kubectl', ['delete', 'namespace', namespace, '--timeout=60s']);
      commands.dispose();
      client.close();
    },
  };
}

export interface Gateway {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { readonly value: string }[];
    readonly listeners?: readonly { readonly name: string; readonly conditions: readonly Condition[] }[];
  };
}
