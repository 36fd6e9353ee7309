// A namespace of its own in the cluster for each file of tests, and what tests do there as users would. It works in the network of the cluster only.
import { randomBytes } from 'node:crypto';
import {
  apply,
  ApiError,
  createApiClient,
  type ApiClient,
  type ServerObject,
} from '../../src/kubernetes/index.js';
import { manifestsOf, NAMESPACE, type Manifest } from '../cluster/chart.js';
import { Commands } from '../cluster/commands.js';
import { nodeKubeconfig } from '../cluster/node/node.js';
import { until } from '../harness/until.js';
import { Kinds } from './kinds.js';

/** Any object, as tests look at it. */
export interface Found extends ServerObject {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: readonly Condition[] };
  readonly data?: Readonly<Record<string, string>>;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

const USER = 'user';
const READY_MS = 180_000;
const GONE_MS = 240_000;
const EVERY_MS = 100;

export class World {
  readonly client: ApiClient;
  /** Where objects are that say no other; removed at the end. */
  readonly namespace: string;
  /** `kubectl` and `helm` with the rights of an administrator. */
  readonly commands: Commands;
  readonly #kinds: Kinds;

  private constructor(client: ApiClient, commands: Commands, namespace: string) {
    this.client = client;
    this.commands = commands;
    this.namespace = namespace;
    this.#kinds = new Kinds(client);
  }

  /** @param name the namespace begins with it */
  static async open(name: string): Promise<World> {
    const config = nodeKubeconfig();
    const namespace = `${name}-${randomBytes(3).toString('hex')}`;
    const world = new World(createApiClient(config), new Commands(config), namespace);
    await world.put(`{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`);
    await until(
      'the namespace has its ServiceAccount',
      async () => await world.find('ServiceAccount', 'default'),
      READY_MS,
    );
    return world;
  }

  /** Removes the namespace, and waits until all in it is gone. */
  async close(): Promise<void> {
    try {
      await this.remove('Namespace', this.namespace);
      await this.gone('Namespace', this.namespace);
    } finally {
      this.client.close();
      this.commands.dispose();
    }
  }

  /** Applies YAML as a user would; objects that say no namespace are in that of the world. */
  async put(yaml: string): Promise<void> {
    for (const manifest of manifestsOf(yaml)) await this.putObject(manifest);
  }

  async putObject(manifest: Manifest): Promise<void> {
    const { apiVersion, kind, metadata } = manifest;
    const { name, namespace = this.namespace } = metadata;
    const path = await this.#kinds.path(`${apiVersion}/${kind}`, namespace, name);
    await apply(this.client, path, manifest, { fieldManager: USER });
  }

  /** @param kind see {@link Kinds.path} */
  async find(kind: string, name: string, namespace = this.namespace): Promise<Found | undefined> {
    const path = await this.#kinds.path(kind, namespace, name);
    try {
      return (await this.client.call({ path })) as Found;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** @param selector of labels, as `app=shop`; '' is all */
  async list(kind: string, selector = '', namespace = this.namespace): Promise<readonly Found[]> {
    const path = await this.#kinds.path(kind, namespace, '');
    const query = new URLSearchParams({ labelSelector: selector });
    const { items } = (await this.client.call({ path: `${path}?${query.toString()}` })) as {
      readonly items: readonly Found[];
    };
    return items;
  }

  /** A merge patch: what is null goes. @param subresource as `/status` */
  async patch(
    kind: string,
    name: string,
    body: object,
    { namespace = this.namespace, subresource = '' } = {},
  ): Promise<void> {
    await this.client.call({
      method: 'PATCH',
      path: `${await this.#kinds.path(kind, namespace, name)}${subresource}?fieldManager=${USER}`,
      contentType: 'application/merge-patch+json',
      body,
    });
  }

  /** What is gone already stays gone. */
  async remove(kind: string, name: string, namespace = this.namespace): Promise<void> {
    const path = await this.#kinds.path(kind, namespace, name);
    await this.client.call({ method: 'DELETE', path }).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    });
  }

  async gone(kind: string, name: string, namespace = this.namespace): Promise<void> {
    await until(
      `${kind} ${name} is gone`,
      async () => {
        const found = await this.find(kind, name, namespace);
        if (found !== undefined) throw new Error(JSON.stringify(found.status));
        return true;
      },
      GONE_MS,
      EVERY_MS,
    );
  }

  /** Waits until the status of an object says a word: it is written a moment after what it tells of. */
  async says(kind: string, name: string, word: string): Promise<void> {
    await until(
      `${kind} ${name} says ${word}`,
      async () => {
        const said = JSON.stringify((await this.find(kind, name))?.status ?? {});
        if (!said.includes(word)) throw new Error(said);
        return true;
      },
      READY_MS,
      EVERY_MS,
    );
  }

  /** Waits until a condition of an object is as it should be, for the object as it is now. */
  async condition(
    kind: string,
    name: string,
    type: string,
    { status = 'True', namespace = this.namespace }: { status?: string; namespace?: string } = {},
  ): Promise<Found> {
    return await until(
      `${kind} ${name} is ${type}: ${status}`,
      async () => {
        const found = await this.find(kind, name, namespace);
        const condition = found?.status?.conditions?.find((one) => one.type === type);
        const generation = condition?.observedGeneration ?? found?.metadata.generation;
        if (condition?.status === status && generation === found?.metadata.generation) return found;
        throw new Error(JSON.stringify(condition ?? found?.status ?? 'no such object'));
      },
      READY_MS,
      EVERY_MS,
    );
  }

  /** Waits until every pod that a Deployment wants is there, of its newest template, and available, and no other. */
  async rolledOut(name: string, namespace = this.namespace, deadlineMs = READY_MS): Promise<void> {
    await until(
      `Deployment ${name} is rolled out`,
      async () => {
        const found = await this.find('Deployment', name, namespace);
        const { replicas: wanted } = (found?.spec ?? {}) as { readonly replicas?: number };
        const { status, metadata } = found ?? {};
        const counts = ['replicas', 'updatedReplicas', 'availableReplicas'].map((of) => status?.[of] ?? 0);
        if (status?.['observedGeneration'] === metadata?.generation && counts.every((n) => n === wanted))
          return true;
        throw new Error(JSON.stringify(status));
      },
      deadlineMs,
      EVERY_MS,
    );
  }

  /** Replaces the pods of a Deployment by new ones, as users do. */
  async restart(deployment: string, namespace = this.namespace): Promise<void> {
    await this.commands.ok('kubectl', ['-n', namespace, 'rollout', 'restart', 'deployment', deployment]);
    await this.rolledOut(deployment, namespace);
  }

  /** Makes a Gateway, of the parameters of that name if there are any, and waits until it is Programmed. @returns its first address */
  async gateway(name: string, listeners: string, parameters?: string): Promise<string> {
    const infrastructure =
      parameters === undefined
        ? ''
        : `infrastructure: {parametersRef: {group: windlass.io, kind: GatewayParameters, name: ${parameters}}}`;
    await this.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}}
spec:
  gatewayClassName: windlass
  ${infrastructure}
  listeners: ${listeners}
`);
    return await this.programmed(name);
  }

  /** Waits until a Gateway is Programmed. @returns its first address */
  async programmed(name: string): Promise<string> {
    const { status } = await this.condition('Gateway', name, 'Programmed');
    const [first] = status?.['addresses'] as readonly { readonly value: string }[];
    if (first === undefined) throw new Error(`Gateway ${name} is Programmed and has no address`);
    return first.value;
  }

  /** Pods of a Gateway's Envoys that nobody has asked to end. */
  async envoys(gateway: string): Promise<readonly Found[]> {
    const pods = await this.list('Pod', `gateway.networking.k8s.io/gateway-name=${gateway}`);
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** A pod's log, of its container if it has one only. */
  async log(pod: string, ...more: readonly string[]): Promise<string> {
    return await this.commands.ok('kubectl', ['-n', this.namespace, 'logs', pod, ...more]);
  }

  /** Runs a command in a pod. @returns its standard output */
  async exec(pod: string, command: readonly string[]): Promise<string> {
    return await this.commands.ok('kubectl', ['-n', this.namespace, 'exec', pod, '--', ...command]);
  }

  /** The image of the control plane that is installed: it has Node. */
  async nodeImage(): Promise<string> {
    const found = await this.find('Deployment', 'windlass', NAMESPACE);
    const { template } = (found?.spec ?? {}) as {
      readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
    const image = template?.spec.containers[0]?.image;
    if (image === undefined) throw new Error('the control plane is not installed: make test-k8s');
    return image;
  }
}
