import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  createApiClient,
  type ApiClient,
  type ApiRequest,
  type ReflectorLimits,
} from '../../src/kubernetes/index.js';
import { displayRef, refOf, type InstalledBundle } from '../../src/resources/index.js';
import { ClusterSource, type SourceChange } from '../../src/sources/index.js';
import { emptyStore, type Store } from '../../src/store/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { crds, install, only, uninstall } from '../cluster/gateway-api.js';
import { until } from '../harness/until.js';

jest.setTimeout(180_000);

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const STANDARD = crds('standard');
const EXPERIMENTAL = crds('experimental');

let server: ApiServer;
let client: ApiClient;
let source: ClusterSource | undefined;
/** How often HTTPRoutes were listed. */
let listsOfRoutes = 0;
/** With full jitter: longer than a server needs to start. */
const LATE_MS = 60_000;

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
  await install(client, STANDARD.values());
}, 900_000);

afterEach(() => {
  source?.stop();
});

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

interface Followed {
  store: Store;
  /** What was handed on, each change as one line. */
  readonly told: string[];
  readonly bundles: (InstalledBundle | undefined)[];
  readonly statuses: string[];
}

/** Follows the cluster as the control plane does. */
async function follow(
  limits: Partial<ReflectorLimits> = {},
): Promise<Followed & { readonly source: ClusterSource }> {
  const followed: Followed = { store: emptyStore(), told: [], bundles: [], statuses: [] };
  const made = new ClusterSource({
    client: {
      ...client,
      call: async (request) => {
        if (/httproutes\?limit/.test(request.path)) listsOfRoutes += 1;
        return await client.call(request);
      },
    },
    ...(limits.firstWaitMs !== undefined && { random: () => 1 }),
    onChange: (change) => {
      followed.store = followed.store.apply(change);
      const line = lineOf(change);
      if (line !== '') followed.told.push(line);
    },
    onBundle: (bundle) => followed.bundles.push(bundle),
    onStatusSeen: (ref) => followed.statuses.push(displayRef(ref)),
    limits: { firstWaitMs: 20, longestWaitMs: 300, absentMs: 200, ...limits },
    waits: { kinds: { soonMs: 100, restMs: 2000 }, contents: { firstMs: 20, longestMs: 300 } },
  });
  source = made;
  await made.start();
  return Object.assign(followed, { source: made });
}

/** Of what tests wrote. */
function lineOf({ upserts, deletes }: SourceChange): string {
  const own = (namespace: string): boolean => namespace === 'default' || namespace === 'other';
  return [
    ...upserts
      .filter(({ metadata }) => own(metadata.namespace ?? ''))
      .map((object) => `+${displayRef(refOf(object))}`),
    ...deletes.filter(({ namespace }) => own(namespace)).map((ref) => `-${displayRef(ref)}`),
  ]
    .toSorted()
    .join(' ');
}

interface Body {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const PLURALS: Readonly<Record<string, string>> = {
  GatewayClass: 'gatewayclasses',
  Gateway: 'gateways',
  HTTPRoute: 'httproutes',
  XBackend: 'xbackends',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  Service: 'services',
  Pod: 'pods',
  Namespace: 'namespaces',
};

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Body, withName = true): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${scope}/${PLURALS[kind] ?? ''}${withName ? `/${name}` : ''}`;
}

/** A server that starts asks to be asked again. */
async function call(request: ApiRequest): Promise<void> {
  await until(`${request.method ?? 'GET'} ${request.path} succeeds`, async () => {
    await client.call(request);
    return true;
  });
}

async function write(body: Body): Promise<void> {
  await call({
    method: 'PATCH',
    path: `${pathOf(body)}?fieldManager=test&force=true`,
    contentType: 'application/apply-patch+yaml',
    body,
  });
}

async function remove(body: Body): Promise<void> {
  await call({ method: 'DELETE', path: pathOf(body) });
}

const route = (name: string, path = '/') => ({
  apiVersion: GATEWAY_API,
  kind: 'HTTPRoute',
  metadata: { name, namespace: 'default' },
  spec: {
    parentRefs: [{ name: 'gw' }],
    rules: [{ matches: [{ path: { type: 'PathPrefix', value: path } }] }],
  },
});

const ACCEPTED = {
  type: 'Accepted',
  status: 'True',
  reason: 'Accepted',
  message: '',
  lastTransitionTime: '2030-01-01T00:00:00Z',
};

const gateway = (secret: string) => ({
  apiVersion: GATEWAY_API,
  kind: 'Gateway',
  metadata: { name: 'gw', namespace: 'default' },
  spec: {
    gatewayClassName: 'windlass',
    listeners: [
      { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: secret }] } },
    ],
  },
});

const secret = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  data: {
    'tls.crt': Buffer.from(value).toString('base64'),
    'tls.key': Buffer.from(value).toString('base64'),
  },
});

/** How often the API server was asked for one Secret, by its own metrics. */
async function secretsRead(): Promise<number> {
  const response = await client.stream({ path: '/metrics', accept: 'text/plain' });
  let text = '';
  for await (const chunk of response) text += chunk.toString();
  return [...text.matchAll(/^apiserver_request_total\{(.*)\} (\d+)$/gm)]
    .filter(([, labels = '']) => labels.includes('resource="secrets"') && labels.includes('verb="GET"'))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

describe('a source that follows a cluster', () => {
  it('hands on everything at once, and then each change', async () => {
    await write(route('one'));
    await write(route('two'));
    const followed = await follow();
    expect(followed.told).toHaveLength(1);
    expect(followed.told[0]).toContain('+HTTPRoute default/one +HTTPRoute default/two');
    expect(followed.store.get('HTTPRoute', 'default', 'one')).toMatchObject({
      apiVersion: GATEWAY_API,
      metadata: { generation: 1 },
      spec: { rules: [{ matches: [{ path: { value: '/' } }] }] },
    });
    expect(
      followed.source
        .state()
        .filter(({ is }) => is === 'synced')
        .map(({ kind }) => kind),
    ).toEqual(
      expect.arrayContaining(['Gateway', 'HTTPRoute', 'Service', 'EndpointSlice', 'Secret', 'Namespace']),
    );
    followed.told.length = 0;
    await write(route('one', '/new'));
    await until('the change is told', () => (followed.told.length > 0 ? true : undefined));
    expect(followed.told).toEqual(['+HTTPRoute default/one']);
    expect(followed.store.get('HTTPRoute', 'default', 'one')?.metadata.generation).toBe(2);
    await remove(route('one'));
    await remove(route('two'));
    await until(
      'the end is told',
      () => followed.store.get('HTTPRoute', 'default', 'two') === undefined || undefined,
    );
  });

  it('keeps an object whose status alone was written, and tells of the status', async () => {
    await write(route('one'));
    const followed = await follow();
    const before = followed.store.get('HTTPRoute', 'default', 'one');
    followed.told.length = 0;
    followed.statuses.length = 0;
    const parents = [
      { parentRef: { name: 'gw' }, controllerName: 'example.com/other', conditions: [ACCEPTED] },
    ];
    await client.call({
      method: 'PATCH',
      path: `${pathOf(route('one'))}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { parents } },
    });
    await until('the status is seen', () => (followed.statuses.length > 0 ? true : undefined));
    const ref = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', name: 'one' };
    expect(followed.statuses).toEqual(['HTTPRoute default/one']);
    expect(followed.source.object(ref)).toMatchObject({ apiVersion: GATEWAY_API, status: { parents } });
    await write(route('two'));
    await until('a later change is told', () => (followed.told.length > 0 ? true : undefined));
    expect(followed.told).toEqual(['+HTTPRoute default/two']);
    expect(followed.store.get('HTTPRoute', 'default', 'one')).toBe(before);
    await remove(route('one'));
    await remove(route('two'));
  });

  it('reads a Secret only when something refers to it, and drops it with the last reference', async () => {
    for (const name of ['used', 'later', 'unused']) await write(secret(name, name));
    await write(gateway('used'));
    const reads = await secretsRead();
    const followed = await follow();
    expect(await secretsRead()).toBe(reads + 1);
    expect(followed.store.get('Secret', 'default', 'used')?.data?.['tls.crt']).toBe('dXNlZA==');
    expect(followed.store.get('Secret', 'default', 'unused')).toBeUndefined();

    await write(secret('used', 'changed'));
    await write(secret('unused', 'changed'));
    await until(
      'it is read again',
      () =>
        followed.store.get('Secret', 'default', 'used')?.data?.['tls.crt'] === 'Y2hhbmdlZA==' || undefined,
    );
    expect(await secretsRead()).toBe(reads + 2);

    // The Gateway is never seen without the certificate that it names.
    followed.told.length = 0;
    await write(gateway('later'));
    await until('the Gateway changes', () => (followed.told.length > 0 ? true : undefined));
    expect(followed.told[0]).toBe('+Gateway default/gw +Secret default/later -Secret default/used');
    expect(await secretsRead()).toBe(reads + 3);
    await remove(gateway(''));
    await until(
      'it is dropped',
      () => followed.store.get('Secret', 'default', 'later') === undefined || undefined,
    );
    for (const name of ['used', 'later', 'unused']) await remove(secret(name, name));
  });

  it('picks up a kind whose CRD comes later, and lets it go with its CRD', async () => {
    const xbackends = EXPERIMENTAL.get('xbackends');
    if (xbackends === undefined) throw new Error('no CRD of XBackends');
    const followed = await follow();
    const state = () => followed.source.state().find(({ kind }) => kind === 'XBackend')?.is;
    expect(state()).toBe('absent');
    expect(followed.bundles.at(-1)).toEqual({ version: 'v1.7.0', versions: ['v1.7.0'], channel: 'standard' });
    await install(client, [xbackends]);
    const backend = {
      apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
      kind: 'XBackend',
      metadata: { name: 'x', namespace: 'default' },
      spec: {
        type: 'EndpointSelector',
        port: { number: 80 },
        endpointSelector: { matchLabels: { app: 'a' } },
      },
    };
    const pods = () => followed.source.state().find(({ kind }) => kind === 'Pod')?.is;
    expect(pods()).toBe('unneeded');
    await write(backend);
    await until('it is known', () => followed.store.get('XBackend', 'default', 'x') && true);
    expect(state()).toBe('synced');
    expect(pods()).toBe('synced');
    expect(followed.bundles.at(-1)?.channel).toBe('experimental');
    await uninstall(client, xbackends);
    await until(
      'it is gone',
      () => followed.store.get('XBackend', 'default', 'x') === undefined || undefined,
      60_000,
    );
    await until('that is known', () => state() === 'absent' || undefined, 60_000);
    expect(pods()).toBe('unneeded');
  });

  it('reads an older version where no other is served, and the newer one once it is', async () => {
    const routes = STANDARD.get('httproutes');
    if (routes === undefined) throw new Error('no CRD of HTTPRoutes');
    await uninstall(client, routes);
    const gone = () =>
      client.call({ path: '/apis/gateway.networking.k8s.io/v1/httproutes' }).then(
        () => undefined,
        () => true as const,
      );
    await until('it is gone', gone, 60_000);
    const older = only(routes, 'v1beta1');
    const annotations = {
      ...routes.metadata.annotations,
      'gateway.networking.k8s.io/bundle-version': 'v1.0.0',
    };
    await install(client, [{ ...older, metadata: { ...older.metadata, annotations } }]);
    await write({ ...route('old'), apiVersion: 'gateway.networking.k8s.io/v1beta1' });
    const followed = await follow();
    const version = () => followed.source.state().find(({ kind }) => kind === 'HTTPRoute')?.version;
    expect(version()).toBe('v1beta1');
    expect(followed.bundles.at(-1)?.versions).toEqual(['v1.0.0', 'v1.7.0']);
    const before = followed.store.get('HTTPRoute', 'default', 'old');
    expect(before).toMatchObject({ apiVersion: GATEWAY_API, spec: { rules: [{ matches: [{}] }] } });
    const ref = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', name: 'old' };
    expect(followed.source.object(ref)?.apiVersion).toBe('gateway.networking.k8s.io/v1beta1');

    followed.told.length = 0;
    const both = routes.spec.versions.map((each) => ({ ...each, storage: each.name === 'v1beta1' }));
    await install(client, [{ ...routes, spec: { ...routes.spec, versions: both } }]);
    await until(
      'the newer version is read',
      () => (version() === 'v1' && followed.source.object(ref)?.apiVersion === GATEWAY_API) || undefined,
      60_000,
    );
    // It is the same object, and nobody is woken.
    expect(followed.store.get('HTTPRoute', 'default', 'old')).toBe(before);
    expect(followed.told).toEqual([]);
    await remove(route('old'));
  });

  it.each([
    ['goes on where it was', false],
    ['tells only what differs when the history was forgotten', true],
  ])('keeps what it knows while the API server is away, and %s', async (_what, isCompacted) => {
    await write(route('kept'));
    await write(route('doomed'));
    // Where the history is forgotten, it looks again only when that has happened.
    const followed = await follow(isCompacted ? { firstWaitMs: LATE_MS, longestWaitMs: LATE_MS } : {});
    const lists = listsOfRoutes;
    const kept = followed.store.get('HTTPRoute', 'default', 'kept');
    followed.told.length = 0;
    await server.stop();
    const failing = () => followed.source.state().filter(({ is }) => is === 'failing').length;
    await until('that is seen', () => failing() > 10 || undefined, 60_000);
    expect(followed.source.isComplete).toBe(true);
    expect(followed.told).toEqual([]);
    await server.start();
    await remove(route('doomed'));
    await write(route('fresh'));
    if (isCompacted) await server.compact();
    if (isCompacted) expect(followed.told).toEqual([]);
    await until('all is known', () => followed.store.get('HTTPRoute', 'default', 'fresh') && true, 120_000);
    await until(
      'every kind is followed',
      () => {
        if (failing() === 0) return true;
        throw new Error(
          followed.source
            .state()
            .map(({ kind, error }) => `${kind}: ${error?.message}`)
            .join(),
        );
      },
      60_000,
    );
    await until(
      'what was deleted is known',
      () => followed.store.get('HTTPRoute', 'default', 'doomed') === undefined || undefined,
    );
    expect(followed.store.get('HTTPRoute', 'default', 'kept')).toBe(kept);
    const told = new Set(followed.told.flatMap((line) => line.split(/ (?=[+-])/)));
    expect([...told].toSorted()).toEqual(['+HTTPRoute default/fresh', '-HTTPRoute default/doomed']);
    if (isCompacted) expect(listsOfRoutes - lists).toBe(1);
    await remove(route('kept'));
    await remove(route('fresh'));
  });
});
