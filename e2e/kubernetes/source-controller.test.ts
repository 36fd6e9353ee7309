import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { Controller } from '../cluster/controller.js';
import { crds, install, ownCrds } from '../cluster/gateway-api.js';
import { until } from '../harness/until.js';

jest.setTimeout(180_000);

const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';
const IN_DEFAULT = `${GATEWAY_API}/namespaces/default`;
let server: ApiServer;
let client: ApiClient;
let controller: Controller | undefined;

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
  await install(client, crds('standard').values());
  await install(client, ownCrds());
  await create('/api/v1/namespaces', 'Namespace', 'v1', { metadata: { name: 'windlass-system' } });
  // The API server assigns such a Service its address by itself.
  await create(
    '/apis/windlass.io/v1alpha1/namespaces/default/gatewayparameters',
    'GatewayParameters',
    'windlass.io/v1alpha1',
    {
      metadata: { name: 'internal' },
      spec: { service: { type: 'ClusterIP' } },
    },
  );
  const objects: readonly (readonly [string, string, object])[] = [
    [
      `${GATEWAY_API}/gatewayclasses`,
      'GatewayClass',
      {
        metadata: { name: 'windlass' },
        spec: {
          controllerName: 'windlass.io/gateway-controller',
          parametersRef: {
            group: 'windlass.io',
            kind: 'GatewayParameters',
            name: 'internal',
            namespace: 'default',
          },
        },
      },
    ],
    [
      `${IN_DEFAULT}/gateways`,
      'Gateway',
      {
        metadata: { name: 'gw' },
        spec: { gatewayClassName: 'windlass', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
      },
    ],
  ];
  for (const [path, kind, body] of objects) await create(path, kind, 'gateway.networking.k8s.io/v1', body);
  await create('/api/v1/namespaces/default/services', 'Service', 'v1', {
    metadata: { name: 'web' },
    spec: { ports: [{ port: 80 }] },
  });
  await create('/api/v1/namespaces/default/services', 'Service', 'v1', {
    metadata: { name: 'out' },
    spec: { type: 'ExternalName', externalName: 'example.com', ports: [{ port: 80 }] },
  });
  await create(
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    'EndpointSlice',
    'discovery.k8s.io/v1',
    {
      metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['198.18.0.20'] }],
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    },
  );
  await createRoute('web', 'web');
  await createRoute('out', 'out');
}, 900_000);

afterEach(async () => {
  await controller?.dispose();
});

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

async function create(path: string, kind: string, apiVersion: string, body: object): Promise<void> {
  await client.call({ method: 'POST', path, body: { apiVersion, kind, ...body } });
}

/** Serves a host of its own name from a Service. */
async function createRoute(name: string, service: string): Promise<void> {
  await create(`${IN_DEFAULT}/httproutes`, 'HTTPRoute', 'gateway.networking.k8s.io/v1', {
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'gw' }],
      hostnames: [`${name}.example`],
      rules: [{ backendRefs: [{ name: service, port: 80 }] }],
    },
  });
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

/** The conditions of a route that it would write. */
async function routeConditions(of: Controller, name: string): Promise<readonly Condition[]> {
  const statuses = (await of.json('/status')) as readonly {
    readonly kind: string;
    readonly ref: { readonly name: string };
    readonly status: {
      readonly parents?: readonly { readonly conditions: readonly Condition[] }[];
      readonly conditions?: readonly Condition[];
    };
  }[];
  const found = statuses.find(({ kind, ref }) => kind === 'HTTPRoute' && ref.name === name);
  return found?.status.parents?.[0]?.conditions ?? [];
}

describe('windlass controller', () => {
  it('translates what the API server has, and shows it', async () => {
    controller = new Controller(server.kubeconfig);
    await controller.ready();
    const shown = controller;
    const config = await until('the fleet has its configuration', async () => {
      const text = await shown.debug('/config?fleet=default/gw');
      return text.includes('198.18.0.20') ? text : undefined;
    });
    expect(config).toContain('web.example');
    expect(config).toContain('default_web_80');
    // The generation is that of the object on the server.
    await client.call({
      method: 'PATCH',
      path: `${IN_DEFAULT}/httproutes/web`,
      contentType: 'application/merge-patch+json',
      body: { spec: { hostnames: ['changed.example'] } },
    });
    await until(
      'the change is served',
      async () => (await shown.debug('/config')).includes('changed.example') || undefined,
    );
    const accepted = (await routeConditions(controller, 'web')).find(({ type }) => type === 'Accepted');
    expect(accepted).toMatchObject({ status: 'True', observedGeneration: 2 });
    expect(await controller.json('/cluster')).toMatchObject({
      complete: true,
      installed: { versions: ['v1.7.0'], channel: 'standard' },
      refused: [],
    });
    expect(await controller.end()).toBe(0);
  });

  it('refuses ExternalName Services unless a flag allows them', async () => {
    const resolved = async (...flags: readonly string[]): Promise<Condition | undefined> => {
      await controller?.dispose();
      controller = new Controller(server.kubeconfig, flags);
      await controller.ready();
      const { debug } = await controller.event('windlass starts');
      expect(debug).toMatch(/^http:\/\/127\.0\.0\.1:/);
      const shown = controller;
      return await until('there is a status', async () =>
        (await routeConditions(shown, 'out')).find(({ type }) => type === 'ResolvedRefs'),
      );
    };
    expect(await resolved()).toMatchObject({ status: 'False', reason: 'InvalidKind' });
    expect(await resolved('--allow-external-name')).toMatchObject({ status: 'True' });
  });

  it('is ready only when everything is known, and stays so while the API server is away', async () => {
    await server.stop();
    controller = new Controller(server.kubeconfig);
    await controller.event('kind cannot be followed, what is known of it stands', 60_000);
    expect(await controller.health('/healthz')).toBe(200);
    expect(await controller.health('/readyz')).toBe(503);
    expect(await controller.debug('/status')).toBe('[]\n');
    await server.start();
    await controller.ready();
    await controller.event('windlass is up');
    await server.stop();
    const shown = controller;
    await until(
      'it shows in the metrics',
      async () =>
        (await shown.debug('/metrics')).includes(
          'windlass_source_kind_state{kind="HTTPRoute",state="failing"} 1',
        ) || undefined,
    );
    expect(await controller.health('/readyz')).toBe(200);
    expect(await controller.debug('/cluster')).toMatch(
      /"is": "failing"[^}]*"error": "(the API server 127.0.0.1:\d+ cannot be reached|.*: aborted)/,
    );
    expect(await routeConditions(controller, 'web')).not.toEqual([]);
    await server.start();
    await until(
      'it is followed again',
      async () =>
        (await shown.debug('/metrics')).includes(
          'windlass_source_kind_state{kind="HTTPRoute",state="synced"} 1',
        ) || undefined,
      60_000,
    );
    expect(controller.log.some(({ message }) => message === 'kind is followed again')).toBe(true);
  });

  it('can be ended while it waits for the API server', async () => {
    await server.stop();
    controller = new Controller(server.kubeconfig);
    await controller.event('windlass starts');
    expect(await controller.end()).toBe(0);
    await server.start();
  });
});
