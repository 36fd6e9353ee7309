import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGrpcAuth, startHttpAuth, type AuthServer } from '../harness/auth-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { grpcAuth, httpAuth, httpRoute, rule } from './objects.js';

// Filters that come, change and go under traffic. From the first push after the change on no request gets by a filter; where it goes, none fails.

const port = 8080;
let windlass: Standalone;
let a: Backend;
let b: Backend;
let web: AuthServer;
let calls: AuthServer;
let address: string;

beforeAll(async () => {
  [a, b, web, calls] = await Promise.all([
    startBackend('a'),
    startBackend('b'),
    startHttpAuth('web', ({ headers }) => ({ status: headers['authorization'] === 'ok' ? 200 : 401 })),
    startGrpcAuth('calls', ({ headers }) => ({ status: headers['authorization'] === 'calls' ? 200 : 403 })),
  ]);
  windlass = new Standalone({
    'all.yaml': documents(gateway('edge', port), ...[a, b].map(({ name, port: at }) => service(name, at))),
    'servers.yaml': '',
    'routes.yaml': open,
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([a, b, web, calls].map((server) => server.close()));
}, 60_000);

const open = httpRoute('r', [rule('/', []), rule('/other', [], '[{ name: b, port: 80 }]')]);

function servers(): string {
  return documents(...[web, calls].map(({ name, port: at }) => service(name, at)));
}

const what = (path: string) => ({ address, port, host: 'shop.test', path });

/** What one connection – one thread of Envoy, so that its answers are in order – is answered until it is `last`, and a while on; repeated ones once. */
async function seenUntil(path: string, last: number, headers: readonly (readonly [string, string])[] = []) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const seen: number[] = [];
  const look = async (): Promise<number> => {
    const { status } = await ask({ ...what(path), headers, agent });
    if (seen.at(-1) !== status) seen.push(status);
    return status;
  };
  await until(`${path} to be answered ${last}`, async () => ((await look()) === last ? true : undefined), 30_000, 0); // prettier-ignore
  for (let i = 0; i < 50; i += 1) await look();
  agent.destroy();
  return seen;
}

describe('an ExternalAuth filter under load', () => {
  it.each([
    [
      'on the rule',
      () => [rule('/', [httpAuth('web')]), rule('/other', [], '[{ name: b, port: 80 }]')],
      '/x',
      401,
    ],
    ['on a rule that comes with it', () => [rule('/', []), rule('/other', [], '[{ name: b, port: 80 }]'), rule('/x', [grpcAuth('calls')])], '/x', 403], // prettier-ignore
    ['on a backendRef', () => [rule('/', [], `[{ name: a, port: 80, filters: [${grpcAuth('calls')}] }]`), rule('/other', [], '[{ name: b, port: 80 }]')], '/x', 403], // prettier-ignore
  ] as const)(
    'that comes %s, and its server with it, is passed by no request; the neighbours fail none',
    async (_, rules, path, denied) => {
      for (let round = 0; round < 5; round += 1) {
        await seenUntil(path, 200);
        const neighbour = startLoad(what('/other'), { workers: 2 });
        windlass.write('servers.yaml', servers());
        windlass.write('routes.yaml', httpRoute('r', rules()));
        const seen = await seenUntil(path, denied);
        // Until the server is known the rule refuses; what has been refused once is never let through again.
        expect([
          [200, denied],
          [denied],
          [200, 500, denied],
          [500, denied],
          [200, 503, denied],
          [503, denied],
          [200, 500, 503, denied],
          [500, 503, denied],
        ]).toContainEqual(seen);
        expect((await neighbour.stop()).failures).toEqual([]);
        const load = startLoad({ ...what(path), headers: [['authorization', 'ok']] }, { workers: 1 });
        windlass.write('routes.yaml', open);
        windlass.write('servers.yaml', '');
        await seenUntil(path, 200);
        const { failures } = await load.stop();
        // Who was let through before is let through all the time.
        if (denied === 401) expect(failures).toEqual([]);
      }
    },
    60_000,
  );

  it('that asks another server from now on lets nobody pass whom that one denies', async () => {
    windlass.write('servers.yaml', servers());
    windlass.write('routes.yaml', httpRoute('r', [rule('/', [httpAuth('web')])]));
    await seenUntil('/x', 401);
    for (let round = 0; round < 5; round += 1) {
      await seenUntil('/x', 200, [['authorization', 'ok']]);
      windlass.write('routes.yaml', httpRoute('r', [rule('/', [grpcAuth('calls')])]));
      const seen = await seenUntil('/x', 403, [['authorization', 'ok']]);
      expect(seen.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
      expect(seen.lastIndexOf(200)).toBeLessThanOrEqual(0);
      windlass.write('routes.yaml', httpRoute('r', [rule('/', [httpAuth('web')])]));
    }
  }, 60_000);

  it('whose server is deleted lets nobody pass from then on', async () => {
    windlass.write('servers.yaml', servers());
    windlass.write('routes.yaml', httpRoute('r', [rule('/', [httpAuth('web')])]));
    await seenUntil('/x', 200, [['authorization', 'ok']]);
    windlass.write('servers.yaml', '');
    expect((await seenUntil('/x', 500, [['authorization', 'ok']])).at(-1)).toBe(500);
    windlass.write('servers.yaml', servers());
    expect((await seenUntil('/x', 200, [['authorization', 'ok']])).at(-1)).toBe(200);
    expect((await ask(what('/x'))).status).toBe(401);
  }, 60_000);

  it('keeps open connections: no route change touches a listener', async () => {
    windlass.write('routes.yaml', open);
    await seenUntil('/x', 200);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    agent.on('free', (socket: { localPort?: number }) => ports.add(socket.localPort));
    for (const [filters, status] of [
      [[httpAuth('web')], 401],
      [[grpcAuth('calls')], 403],
      [[], 200],
    ] as const) {
      await ask({ ...what('/x'), agent });
      windlass.write('routes.yaml', httpRoute('r', [rule('/', filters)]));
      await seenUntil('/x', status);
    }
    await ask({ ...what('/x'), agent });
    agent.destroy();
    expect(ports.size).toBe(1);
  }, 60_000);
});
