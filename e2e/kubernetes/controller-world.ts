import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import type { Controller } from '../cluster/controller.js';
import { crds, install, ownCrds } from '../cluster/gateway-api.js';
import { until } from '../harness/until.js';

// A real API server in which `windlass controller` finds its namespace and its class, and what tests read of both.

const CONTROLLER = 'windlass.io/gateway-controller';

/** Where each kind is, by its name: group with version, plural; cluster-wide ones have no namespace. */
const PLACES: Readonly<Record<string, readonly [string, string, 'cluster'?]>> = {
  Namespace: ['v1', 'namespaces', 'cluster'],
  Service: ['v1', 'services'],
  Secret: ['v1', 'secrets'],
  ConfigMap: ['v1', 'configmaps'],
  EndpointSlice: ['discovery.k8s.io/v1', 'endpointslices'],
  GatewayClass: ['gateway.networking.k8s.io/v1', 'gatewayclasses', 'cluster'],
  Gateway: ['gateway.networking.k8s.io/v1', 'gateways'],
  ListenerSet: ['gateway.networking.k8s.io/v1', 'listenersets'],
  HTTPRoute: ['gateway.networking.k8s.io/v1', 'httproutes'],
  GRPCRoute: ['gateway.networking.k8s.io/v1', 'grpcroutes'],
  TLSRoute: ['gateway.networking.k8s.io/v1', 'tlsroutes'],
  TCPRoute: ['gateway.networking.k8s.io/v1alpha2', 'tcproutes'],
  BackendTLSPolicy: ['gateway.networking.k8s.io/v1', 'backendtlspolicies'],
  ReferenceGrant: ['gateway.networking.k8s.io/v1beta1', 'referencegrants'],
  GatewayParameters: ['windlass.io/v1alpha1', 'gatewayparameters'],
};

export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

/** An object as the server has it, as far as tests look. */
export interface Found {
  readonly metadata: { readonly name: string; readonly generation: number; readonly resourceVersion: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly parents?: readonly {
      readonly controllerName: string;
      readonly conditions: readonly Condition[];
    }[];
    readonly addresses?: readonly { readonly value: string }[];
    readonly listeners?: readonly unknown[];
  };
}

export interface World {
  readonly server: ApiServer;
  readonly client: ApiClient;
  create(manifest: Manifest): Promise<void>;
  patch(kind: string, namespace: string, name: string, body: object): Promise<void>;
  remove(kind: string, namespace: string, name: string): Promise<void>;
  get(kind: string, namespace: string, name: string): Promise<Found>;
  dispose(): Promise<void>;
}

/** @param channel of the kinds that are installed */
export async function startWorld(channel: 'standard' | 'experimental'): Promise<World> {
  const server = await startApiServer();
  const client = createApiClient(server.kubeconfig);
  const world: World = {
    server,
    client,
    create: async (manifest) => {
      const [apiVersion] = placeOf(manifest.kind);
      const { namespace = 'default' } = manifest.metadata;
      const path = pathOf(manifest.kind, namespace);
      await client.call({ method: 'POST', path, body: { apiVersion, ...manifest } });
    },
    patch: async (kind, namespace, name, body) => {
      const path = `${pathOf(kind, namespace)}/${name}`;
      await client.call({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
    },
    remove: async (kind, namespace, name) => {
      await client.call({ method: 'DELETE', path: `${pathOf(kind, namespace)}/${name}` });
    },
    get: async (kind, namespace, name) =>
      (await client.call({ path: `${pathOf(kind, namespace)}/${name}` })) as Found,
    dispose: async () => {
      client.close();
      await server.dispose();
    },
  };
  try {
    await install(client, crds(channel).values());
    await install(client, ownCrds());
    await world.create({ kind: 'Namespace', metadata: { name: 'windlass-system' } });
    // The API server assigns such a Service its address by itself.
    await world.create({
      kind: 'GatewayParameters',
      metadata: { name: 'internal', namespace: 'default' },
      spec: { service: { type: 'ClusterIP' } },
    });
    const parametersRef = {
      group: 'windlass.io',
      kind: 'GatewayParameters',
      name: 'internal',
      namespace: 'default',
    };
    await world.create({
      kind: 'GatewayClass',
      metadata: { name: 'windlass' },
      spec: { controllerName: CONTROLLER, parametersRef },
    });
  } catch (error) {
    await world.dispose();
    throw error;
  }
  return world;
}

/** The collection of a kind. @param namespace ignored of kinds that have none */
export function pathOf(kind: string, namespace: string): string {
  const [group, plural, scope] = placeOf(kind);
  const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
  return scope === 'cluster' ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

function placeOf(kind: string): readonly [string, string, 'cluster'?] {
  const place = PLACES[kind];
  if (place === undefined) throw new Error(`no place for ${kind}`);
  return place;
}

/** A Service `name` and its one slice, by default with an address that nobody has. */
export async function createService(
  world: World,
  namespace: string,
  name: string,
  { address, port }: { readonly address: string; readonly port: number } = NOBODY,
): Promise<void> {
  await world.create({ kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ port: 80 }] } });
  await world.create({
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
    ports: [{ name: '', port, protocol: 'TCP' }],
  });
}

const NOBODY = { address: '198.18.0.20', port: 8080 };

/** Whether the route's status, as the server has it, says Accepted of what it is now. */
export function isAccepted({ metadata, status }: Found): boolean {
  const parent = status?.parents?.find(({ controllerName }) => controllerName === CONTROLLER);
  const accepted = parent?.conditions.find(({ type }) => type === 'Accepted');
  return accepted?.status === 'True' && accepted.observedGeneration === metadata.generation;
}

/** The sum of a metric over all its series whose labels include these. */
export async function metric(
  controller: Controller,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  return sumOf(await controller.debug('/metrics'), name, labels);
}

/** The same of a text in Prometheus' format. */
export function sumOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  const values = lines.filter((line) => wanted.every((each) => line.includes(each)));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Waits until it leads: from then on it writes. */
export async function leads(controller: Controller, deadlineMs = 60_000): Promise<void> {
  await until(
    'it leads',
    async () => ((await metric(controller, 'windlass_leader')) === 1 ? true : undefined),
    deadlineMs,
    200,
  );
}
