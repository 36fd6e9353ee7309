import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { desiredGateways, KubernetesInfra, type KubernetesInfraSettings } from '../../src/infra/index.js';
import { apply, createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import {
  ingest,
  KINDS,
  refOf,
  type KindName,
  type KnownObject,
  type ObjectMeta,
} from '../../src/resources/index.js';
import { createTranslator, type GatewayModel } from '../../src/routing/index.js';
import { emptyStore, type FleetObservation, type Store } from '../../src/store/index.js';
import { createMetrics, silentLogger, type Logger } from '../../src/telemetry/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { until } from '../harness/until.js';

// A real API server with the kinds of Gateway API, and the part of the control plane that makes objects there.

export const SETTINGS: KubernetesInfraSettings = {
  image: 'registry.example/envoy:1.40',
  xdsHost: 'windlass-xds.windlass-system.svc',
  xdsPort: 18000,
  serverName: 'windlass-xds.windlass-system.svc',
  caBundle: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  ipFamilies: ['IPv4'],
};

/** Any object, as a test looks at it. */
export interface Found {
  readonly kind: string;
  readonly metadata: ObjectMeta & { readonly ownerReferences?: readonly { readonly uid: string }[] };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Cluster {
  readonly server: ApiServer;
  readonly client: ApiClient;
  /** Applies YAML as a user would. */
  put(yaml: string): Promise<void>;
  remove(path: string): Promise<void>;
  get(path: string): Promise<Found | undefined>;
  /** Of ours in a namespace, by `Kind name`. */
  ours(namespace: string): Promise<ReadonlyMap<string, Found>>;
  dispose(): Promise<void>;
}

const CRDS = join(import.meta.dirname, '../../schemas');
const NEEDED = [
  'gateway-api-1.7.0/experimental/gateway.networking.k8s.io_gatewayclasses.yaml',
  'gateway-api-1.7.0/experimental/gateway.networking.k8s.io_gateways.yaml',
  'gateway-api-1.7.0/experimental/gateway.networking.k8s.io_listenersets.yaml',
  ...readdirSync(join(CRDS, 'windlass'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `windlass/${name}`),
];
const PLACES: Readonly<Record<string, string>> = {
  CustomResourceDefinition: 'customresourcedefinitions',
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  Service: 'services',
  Node: 'nodes',
  ...Object.fromEntries(Object.values(KINDS).map(({ name, plural }) => [name, plural])),
};
const OURS = [
  '/api/v1/serviceaccounts',
  '/api/v1/configmaps',
  '/api/v1/services',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/daemonsets',
  '/apis/policy/v1/poddisruptionbudgets',
  '/apis/autoscaling/v2/horizontalpodautoscalers',
];

export async function startCluster(): Promise<Cluster> {
  const server = await startApiServer();
  const client = createApiClient(server.kubeconfig);
  const cluster: Cluster = {
    server,
    client,
    put: async (yaml) => {
      for (const document of parseAllDocuments(yaml)) {
        const object = document.toJS() as Found & { readonly apiVersion: string };
        await apply(client, pathOf(object), object, { fieldManager: 'user' });
      }
    },
    remove: async (path) => {
      await client.call({ method: 'DELETE', path });
    },
    get: async (path) => (await client.call({ path }).catch(() => undefined)) as Found | undefined,
    ours: async (namespace) => {
      const found = new Map<string, Found>();
      for (const path of OURS) {
        const [, plural = ''] = /\/([a-z]+)$/.exec(path) ?? [];
        const list = (await client.call({
          path: `${path.slice(0, -plural.length)}namespaces/${namespace}/${plural}?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dwindlass`,
        })) as { readonly kind: string; readonly items: readonly Found[] };
        for (const item of list.items)
          found.set(`${list.kind.replace(/List$/, '')} ${item.metadata.name}`, item);
      }
      return found;
    },
    dispose: async () => {
      client.close();
      await server.dispose();
    },
  };
  for (const file of NEEDED) await cluster.put(readFileSync(join(CRDS, file), 'utf8'));
  for (const path of ['gateway.networking.k8s.io/v1/gateways', 'windlass.io/v1alpha1/gatewayparameters'])
    await until(`${path} is served`, () => cluster.get(`/apis/${path}`), 60_000);
  await cluster.put(`apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: windlass }
spec: { controllerName: windlass.io/gateway-controller }`);
  return cluster;
}

function pathOf({ apiVersion, kind, metadata }: Found & { readonly apiVersion: string }): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const plural = PLACES[kind];
  if (plural === undefined) throw new Error(`tests do not put objects of kind ${kind}`);
  return `${base}${scope}/${plural}/${metadata.name}`;
}

export interface Running {
  readonly infra: KubernetesInfra;
  /** By Gateway. */
  readonly observed: ReadonlyMap<string, FleetObservation>;
  readonly removed: readonly string[];
  /** What Gateways, their classes and parameters are now becomes what is wanted. */
  look(): Promise<void>;
  gateway(id: string): GatewayModel | undefined;
  /** Writes so far, by `kind operation`. */
  writes(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

const READ: readonly KindName[] = ['GatewayClass', 'Gateway', 'ListenerSet', 'GatewayParameters'];

/** The loop of the control plane as far as it concerns what Gateways need: objects and observations become what is desired. */
export async function runInfra(
  cluster: Cluster,
  {
    settings = SETTINGS,
    isLeader = true,
    logger = silentLogger,
  }: {
    readonly settings?: KubernetesInfraSettings;
    readonly isLeader?: boolean;
    readonly logger?: Logger;
  } = {},
): Promise<Running> {
  const metrics = createMetrics();
  const observed = new Map<string, FleetObservation>();
  const removed: string[] = [];
  const translator = createTranslator({
    controllerName: 'windlass.io/gateway-controller',
    gatewayClassName: 'windlass',
    implicitClass: false,
    allowExternalName: false,
  });
  let store: Store = emptyStore();
  let known: readonly KnownObject[] = [];
  const infra = KubernetesInfra.open({
    client: cluster.client,
    logger,
    metrics,
    settings,
    onObservation: (observation) => {
      observed.set(observation.fleet, observation);
      store = store.apply({ observations: [observation] });
    },
    onRemoved: (fleet) => {
      observed.delete(fleet);
      removed.push(fleet);
      store = store.apply({ unobserved: [fleet] });
    },
    limits: { firstWaitMs: 20, longestWaitMs: 200, absentMs: 200 },
  });
  await infra.synced;
  const running: Running = {
    infra,
    observed,
    removed,
    look: async () => {
      const now = (await Promise.all(READ.map((kind) => listed(cluster.client, kind)))).flat();
      const names = new Set(now.map((object) => JSON.stringify(refOf(object))));
      const deletes = known.map(refOf).filter((ref) => !names.has(JSON.stringify(ref)));
      known = now;
      store = store.apply({ upserts: now, deletes });
      infra.reconcile(desiredGateways(translator.translate(store)));
    },
    gateway: (id) =>
      translator
        .translate(store)
        .gateways.find(({ gateway: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name}` === id),
    writes: async () => {
      const text = await metrics.text();
      const lines = text.matchAll(/windlass_infra_writes_total\{kind="(\w+)",operation="(\w+)"\} (\d+)/g);
      return new Map(
        [...lines].map(([, kind = '', operation = '', count]) => [`${kind} ${operation}`, Number(count)]),
      );
    },
    stop: () => infra.stop(),
  };
  infra.lead(isLeader);
  await running.look();
  return running;
}

async function listed(client: ApiClient, name: KindName): Promise<readonly KnownObject[]> {
  const { group, version, plural } = KINDS[name];
  const { items } = (await client.call({ path: `/apis/${group}/${version}/${plural}` })) as {
    readonly items: readonly { readonly metadata: ObjectMeta }[];
  };
  return items.flatMap((item) => {
    const { object } = ingest({ ...item, apiVersion: `${group}/${version}`, kind: name });
    return object === undefined ? [] : [{ ...object, metadata: item.metadata }];
  });
}
