import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { grpcAuth, httpAuth, httpRoute, rule } from '../external-auth/objects.js';
import { ask, type Ask } from '../harness/request.js';
import { runBackend } from './backend.js';
import { answered, seenBy, watch } from './requests.js';
import { AUTH_SERVER } from './scripts.js';
import { World } from './world.js';

// ExternalAuth with an auth server in pods: https://gateway-api.sigs.k8s.io/geps/gep-1494/

jest.setTimeout(300_000);

let world: World;
let address: string;

/** Both protocols, by the path that asks so. */
const PROTOCOLS = [
  ['HTTP', '/http'],
  ['gRPC', '/grpc'],
] as const;
const TOKEN = [['x-token', 'good']] as const;

beforeAll(async () => {
  world = await World.open('external-auth');
  await Promise.all([
    runBackend(world, 'shop', { replicas: 1 }),
    runBackend(world, 'auth', { replicas: 2, script: AUTH_SERVER }),
  ]);
  await world.put(`
apiVersion: v1
kind: Service
metadata: { name: auth-grpc }
spec: { selector: { app: auth }, ports: [{ port: 80, targetPort: 9090 }] }
`);
  const to = '[{ name: shop, port: 80 }]';
  await world.put(
    httpRoute('all', [
      rule('/http', [httpAuth('auth', 'allowedHeaders: [x-token]')], to),
      rule('/grpc', [grpcAuth('auth-grpc')], to),
      rule('/open', [], to),
    ]),
  );
  address = await world.gateway('edge', '[{ name: http, port: 80, protocol: HTTP }]');
  for (const path of ['/http', '/grpc', '/open']) await answered({ ...what(path), headers: TOKEN }, 200);
});

afterAll(async () => {
  await world.close();
});

function what(path: string): Ask {
  return { address, port: 80, host: 'shop.test', path };
}

describe.each(PROTOCOLS)('an auth server in pods that is asked by %s', (_protocol, path) => {
  it('lets pass whom it knows, and says who that is whatever the client says', async () => {
    const answer = await ask({ ...what(path), headers: [...TOKEN, ['x-user', 'mallory']] });
    expect(answer.status).toBe(200);
    expect(seenBy(answer)).toMatchObject({ 'x-user': 'ann', 'x-via': 'auth' });
  });

  it('answers whom it does not know, and no backend is asked', async () => {
    const answer = await ask(what(path));
    expect(answer.status).toBe(403);
    expect(answer.body).toBe('not without a token, says auth');
    expect(answer.headers['x-denied-by']).toBe('auth');
    expect(answer.headers['x-pod']).toBeUndefined();
  });
});

describe('an auth server whose pods', () => {
  it('are replaced one by one answers every request', async () => {
    const watches = PROTOCOLS.map(([, path]) =>
      watch({ ...what(path), headers: TOKEN }, ({ status, body }) =>
        status === 200 ? undefined : `${path}: ${status} ${body}`,
      ),
    );
    await world.restart('auth');
    for (const each of watches) expect((await each.end()).asked).toBeGreaterThan(10);
  });

  it('are all gone lets nobody in, and everybody again when they are back', async () => {
    const watches = PROTOCOLS.map(([, path]) =>
      watch(what(path), ({ status }) => (status === 200 ? `${path} let a stranger in` : undefined)),
    );
    const open = watch(what('/open'), ({ status }) => (status === 200 ? undefined : `/open: ${status}`));
    await world.patch('Deployment', 'auth', { spec: { replicas: 0 } });
    for (const [, path] of PROTOCOLS) {
      const answer = await answered({ ...what(path), headers: TOKEN }, 503);
      expect(answer.headers['x-pod']).toBeUndefined();
    }
    for (let i = 0; i < 20; i += 1)
      for (const [, path] of PROTOCOLS)
        expect((await ask({ ...what(path), headers: TOKEN })).status).toBe(503);
    await world.patch('Deployment', 'auth', { spec: { replicas: 2 } });
    for (const [, path] of PROTOCOLS) await answered({ ...what(path), headers: TOKEN }, 200);
    for (const [, path] of PROTOCOLS) expect((await ask(what(path))).status).toBe(403);
    for (const each of [...watches, open]) await each.end();
  });

  it('belong to a Service that is deleted lets nobody in, and the route says why', async () => {
    const stranger = watch(what('/grpc'), ({ status }) => (status === 200 ? 'let a stranger in' : undefined));
    const service = await world.find('Service', 'auth-grpc');
    await world.remove('Service', 'auth-grpc');
    await answered({ ...what('/grpc'), headers: TOKEN }, 500);
    expect((await ask({ ...what('/http'), headers: TOKEN })).status).toBe(200);
    await world.says('HTTPRoute', 'all', 'BackendNotFound');
    await world.putObject({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'auth-grpc' },
      spec: { selector: { app: 'auth' }, ports: service?.spec['ports'] },
    });
    await answered({ ...what('/grpc'), headers: TOKEN }, 200);
    await stranger.end();
  });
});
