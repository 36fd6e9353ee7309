// What it costs to follow a large cluster: memory and time at 10,000 HTTPRoutes, Services and EndpointSlices, of a real API server.
import { createApiClient, type ApiClient } from '../src/kubernetes/index.js';
import { ClusterSource } from '../src/sources/index.js';
import { emptyStore } from '../src/store/index.js';
import { createTranslator } from '../src/routing/index.js';
import { clusterMode } from '../src/cli/names.js';
import { compile } from '../src/config/index.js';
import { startApiServer } from '../e2e/cluster/api-server.js';
import { crds, install } from '../e2e/cluster/gateway-api.js';
import { table } from '../src/cli/table.js';

const COUNT = Number(process.env['WINDLASS_COUNT'] ?? 10_000);
/** Requests at a time. */
const AT_ONCE = 32;
const NAMESPACE = 'default';
const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const MIB = 2 ** 20;

const server = await startApiServer();
try {
  const client = createApiClient(server.kubeconfig);
  await install(client, crds('experimental').values());
  const writtenMs = await timed(() => write(client));
  const rows = [['', 'heap MiB', 'RSS MiB', 'ms'], row('before', 0)];

  let store = emptyStore();
  const source = new ClusterSource({ client, onChange: (change) => (store = store.apply(change)) });
  rows.push(row('followed and stored', await timed(() => source.start())));

  const { config } = compile(['controller'], { env: {}, cwd: '/', home: '/' });
  const translator = createTranslator(clusterMode(config));
  const fleet = `${NAMESPACE}/gw`;
  store = store.apply({ observations: [{ fleet, addresses: ['198.18.0.10'], ports: {}, portOffset: 0 }] });
  let routes = 0;
  const translatedMs = await timed(() => {
    routes = translator.translate(store).routes.size;
    return Promise.resolve();
  });
  rows.push(row('and translated', translatedMs));

  const statusesMs = await timed(() => writeStatuses(client));
  await source.stop();
  process.stdout.write(
    `${COUNT} HTTPRoutes, Services and EndpointSlices each, written in ${Math.round(writtenMs / 1000)} s; ${routes} routes in the model\n\n${table(rows)}\n` +
      `${COUNT / 10} statuses written in ${Math.round(statusesMs)} ms; objects handed on since: ${source.objectsChanged - 3 * COUNT} more than those\n`,
  );
  client.close();
} finally {
  await server.dispose();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function row(what: string, ms: number): string[] {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return [what, (heapUsed / MIB).toFixed(0), (rss / MIB).toFixed(0), ms.toFixed(0)];
}

async function write(client: ApiClient): Promise<void> {
  const gatewayApi = `/apis/${GATEWAY_API}`;
  await post(client, `${gatewayApi}/gatewayclasses`, 'GatewayClass', GATEWAY_API, {
    metadata: { name: 'windlass' },
    spec: { controllerName: 'windlass.io/gateway-controller' },
  });
  await post(client, `${gatewayApi}/namespaces/${NAMESPACE}/gateways`, 'Gateway', GATEWAY_API, {
    metadata: { name: 'gw' },
    spec: { gatewayClassName: 'windlass', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  await each(async (i) => {
    const name = `app-${i}`;
    const labels = { 'app.kubernetes.io/name': name, team: `team-${i % 50}` };
    await post(client, `/api/v1/namespaces/${NAMESPACE}/services`, 'Service', 'v1', {
      metadata: { name, labels },
      spec: {
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
        clusterIP: 'None',
      },
    });
    const endpoints = [1, 2, 3].map((n) => ({
      addresses: [`198.18.${Math.floor(i / 250) % 250}.${(i % 250) + n}`],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${n}`,
      targetRef: { kind: 'Pod', namespace: NAMESPACE, name: `${name}-${n}`, uid: crypto.randomUUID() },
      zone: 'zone-a',
    }));
    await post(
      client,
      `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`,
      'EndpointSlice',
      'discovery.k8s.io/v1',
      {
        metadata: { name: `${name}-x`, labels: { ...labels, 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        endpoints,
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    );
    await post(client, `${gatewayApi}/namespaces/${NAMESPACE}/httproutes`, 'HTTPRoute', GATEWAY_API, {
      metadata: { name, labels },
      spec: {
        parentRefs: [{ name: 'gw' }],
        hostnames: [`${name}.example`],
        rules: ['/', '/api', '/static'].map((value) => ({
          matches: [{ path: { type: 'PathPrefix', value } }],
          backendRefs: [{ name, port: 80 }],
        })),
      },
    });
  }, COUNT);
}

/** As a status writer does, of a tenth of the routes. */
async function writeStatuses(client: ApiClient): Promise<void> {
  const lastTransitionTime = '2030-01-01T00:00:00Z';
  const condition = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '', lastTransitionTime };
  await each(async (i) => {
    await client.call({
      method: 'PATCH',
      path: `/apis/${GATEWAY_API}/namespaces/${NAMESPACE}/httproutes/app-${i}/status`,
      contentType: 'application/merge-patch+json',
      body: {
        status: {
          parents: [{ parentRef: { name: 'gw' }, controllerName: 'c.io/c', conditions: [condition] }],
        },
      },
    });
  }, COUNT / 10);
}

async function post(
  client: ApiClient,
  path: string,
  kind: string,
  apiVersion: string,
  body: object,
): Promise<void> {
  await client.call({ method: 'POST', path, body: { apiVersion, kind, ...body } });
}

async function each(work: (i: number) => Promise<void>, count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
