import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { grpcAuth, httpAuth } from '../external-auth/objects.js';
import { ask, type Ask } from '../harness/request.js';
import { runBackend } from './backend.js';
import { answered, failed, podOf, seenBy, watch } from './requests.js';
import { AUTH_SERVER } from './scripts.js';
import { World } from './world.js';

// Filters of listeners, of a Gateway and of a ListenerSet, with auth servers in pods: `listeners[].filters` of v1.7.0.

jest.setTimeout(300_000);

let world: World;
let address: string;

const TOKEN = [['x-token', 'good']] as const;
const requests = (...filters: readonly string[]): string => `filters: { requests: [${filters.join(', ')}] }`;
const HEADERS = 'allowedHeaders: [x-token, x-via]';
const GUARDED = `{ name: guarded, port: 80, protocol: HTTP, hostname: guarded.test, ${requests(
  httpAuth('first', HEADERS),
  grpcAuth('second-grpc'),
)} }`;
const OPEN = '{ name: open, port: 80, protocol: HTTP, hostname: open.test }';

beforeAll(async () => {
  world = await World.open('listener-filters');
  await Promise.all([
    runBackend(world, 'shop', { replicas: 1 }),
    ...['first', 'second', 'third'].map((name) =>
      runBackend(world, name, { replicas: 1, script: AUTH_SERVER }),
    ),
  ]);
  await world.put(`
apiVersion: v1
kind: Service
metadata: { name: second-grpc }
spec: { selector: { app: second }, ports: [{ port: 80, targetPort: 9090 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: { from: Same } }
  listeners: [${GUARDED}, ${OPEN}]
---
${listenerSet(requests(httpAuth('third', HEADERS)))}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  parentRefs: [{ name: edge }, { kind: ListenerSet, name: more }]
  rules:
  - matches: [{ path: { type: PathPrefix, value: /known } }]
    backendRefs: [{ name: shop, port: 80 }]
`);
  address = await world.programmed('edge');
  await world.condition('ListenerSet', 'more', 'Programmed');
  for (const host of ['guarded.test', 'open.test', 'set.test', 'plain.test'])
    await answered({ ...what(host), headers: TOKEN }, 200);
});

afterAll(async () => {
  await world.close();
});

/** Two listeners, of which one has filters. */
function listenerSet(filters: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: more }
spec:
  parentRef: { name: edge }
  listeners:
  - { name: guarded, port: 80, protocol: HTTP, hostname: set.test${filters === '' ? '' : `, ${filters}`} }
  - { name: plain, port: 80, protocol: HTTP, hostname: plain.test }
`;
}

const what = (host: string, path = '/known'): Ask => ({ address, port: 80, host, path });

describe('filters of a listener of a Gateway', () => {
  it('are asked in their order, and what they say reaches the backend', async () => {
    const answer = await ask({ ...what('guarded.test'), headers: TOKEN });
    expect(answer.status).toBe(200);
    expect(seenBy(answer)).toMatchObject({ 'x-user': 'ann', 'x-via': 'first second' });
  });

  it('answer whom they do not let pass, before a route is looked for', async () => {
    for (const path of ['/known', '/unknown']) {
      const answer = await ask(what('guarded.test', path));
      expect([answer.status, answer.headers['x-denied-by'], answer.headers['x-pod']]).toEqual([
        403,
        'first',
        undefined,
      ]);
    }
    expect((await ask({ ...what('guarded.test', '/unknown'), headers: TOKEN })).status).toBe(404);
  });

  it('have nothing to do with another listener of the port', async () => {
    for (const host of ['open.test', 'plain.test']) expect((await ask(what(host))).status).toBe(200);
  });

  it('let nobody in while a server of theirs is gone, at their own listener alone', async () => {
    const stranger = watch(what('guarded.test'), ({ status }) => (status === 200 ? 'let in' : undefined));
    const others = watch(what('open.test'), failed);
    const set = watch({ ...what('set.test'), headers: TOKEN }, failed);
    await world.patch('Deployment', 'second', { spec: { replicas: 0 } });
    await answered({ ...what('guarded.test'), headers: TOKEN }, 503);
    await world.patch('Deployment', 'second', { spec: { replicas: 1 } });
    await answered({ ...what('guarded.test'), headers: TOKEN }, 200);
    for (const each of [stranger, others, set]) await each.end();
  });

  it('come and go with the Gateway, while no request fails and none slips in', async () => {
    const token = watch({ ...what('guarded.test'), headers: TOKEN }, failed);
    const listeners = (...all: readonly string[]): Promise<void> =>
      world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  allowedListeners: { namespaces: { from: Same } }
  listeners: [${all.join(', ')}]
`);
    await listeners('{ name: guarded, port: 80, protocol: HTTP, hostname: guarded.test }', OPEN);
    await answered(what('guarded.test'), 200);
    await listeners(GUARDED, OPEN);
    await answered(what('guarded.test'), 403);
    for (let i = 0; i < 20; i += 1) expect((await ask(what('guarded.test'))).status).toBe(403);
    await token.end();
  });
});

describe('filters of a listener of a ListenerSet', () => {
  it('are asked about its requests, by its own server', async () => {
    const answer = await ask({ ...what('set.test'), headers: TOKEN });
    expect(seenBy(answer)).toMatchObject({ 'x-user': 'ann', 'x-via': 'third' });
    const denied = await ask(what('set.test'));
    expect([denied.status, denied.headers['x-denied-by']]).toEqual([403, 'third']);
  });

  it('let nobody in while their server is gone, and leave the Gateway’s listeners alone', async () => {
    const stranger = watch(what('set.test'), ({ status }) => (status === 200 ? 'let in' : undefined));
    const others = watch({ ...what('guarded.test'), headers: TOKEN }, failed);
    await world.patch('Deployment', 'third', { spec: { replicas: 0 } });
    await answered({ ...what('set.test'), headers: TOKEN }, 503);
    await world.patch('Deployment', 'third', { spec: { replicas: 1 } });
    await answered({ ...what('set.test'), headers: TOKEN }, 200);
    for (const each of [stranger, others]) await each.end();
  });

  it('that name a server which does not exist let nobody in, and the ListenerSet says so', async () => {
    await world.put(listenerSet(requests(httpAuth('nowhere', HEADERS))));
    await answered({ ...what('set.test'), headers: TOKEN }, 500);
    await world.says('ListenerSet', 'more', 'InvalidListenerFilterRef');
    expect(podOf(await ask(what('plain.test')))).toMatch(/^shop-/);
    await world.put(listenerSet(''));
    await answered(what('set.test'), 200);
  });
});
