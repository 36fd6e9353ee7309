import { Agent } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../harness/authority.js';
import { ask, startLoad } from '../harness/request.js';
import { startTlsBackend, type Arrival, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { caConfigMap, policy, routeTo } from './objects.js';

// BackendTLSPolicies that change under load: no request fails but where the API demands it, and none is sent unverified.

const port = 8080;
let windlass: Standalone;
let address: string;
let first: Authority;
let second: Authority;
let main: TlsBackend;
/** Backends that tell which CAs are in use: one of each. */
let ofFirst: TlsBackend;
let ofSecond: TlsBackend;

const NAMES = ['main', 'first', 'second'];

beforeAll(async () => {
  [first, second] = await Promise.all([createAuthority(), createAuthority()]);
  [main, ofFirst, ofSecond] = await Promise.all([
    startTlsBackend('main', await first.issue('a.test', 'ecdsa')),
    startTlsBackend('first', await first.issue('a.test', 'ecdsa')),
    startTlsBackend('second', await second.issue('a.test', 'ecdsa')),
  ]);
  const services = [main, ofFirst, ofSecond].map((backend) => service(backend.name, backend.port));
  windlass = new Standalone({
    'all.yaml': documents(gateway('edge', port), ...services, routeTo(NAMES)),
    'probes.yaml': documents(policy('first'), policy('second')),
    'ca.yaml': caConfigMap('ca', first.certificate),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([main, ofFirst, ofSecond].map((backend) => backend.close()));
}, 60_000);

const what = (name: string) => ({ address, port, host: 'shop.test', path: `/${name}` });

async function answered(name: string, status: number): Promise<void> {
  await until(`${name} to answer ${status}`, async () => {
    const answer = await ask(what(name));
    if (answer.status !== status) throw new Error(`${answer.status} ${answer.body}`);
    return true;
  });
}

async function reached(over: string): Promise<void> {
  await until(`main to be reached over ${over}`, async () => {
    const { body } = await ask(what('main'));
    if ((JSON.parse(body) as Arrival).over !== over) throw new Error(body);
    return true;
  });
}

beforeEach(async () => {
  windlass.write('ca.yaml', caConfigMap('ca', first.certificate));
  await answered('first', 200);
});

describe('a BackendTLSPolicy under load', () => {
  it('whose CA is rotated fails no request, and verifies every one', async () => {
    windlass.write('policy.yaml', policy('main'));
    await reached('a.test');
    const plaintext = main.plaintextConnections();
    const load = startLoad(what('main'));
    for (let round = 0; round < 3; round += 1) {
      windlass.write('ca.yaml', caConfigMap('ca', first.certificate, second.certificate));
      await answered('second', 200);
      main.present(await second.issue('a.test', 'ecdsa'));
      windlass.write('ca.yaml', caConfigMap('ca', second.certificate));
      await answered('first', 503);
      windlass.write('ca.yaml', caConfigMap('ca', second.certificate, first.certificate));
      await answered('first', 200);
      main.present(await first.issue('a.test', 'ecdsa'));
      windlass.write('ca.yaml', caConfigMap('ca', first.certificate));
      await answered('second', 503);
    }
    const { sent, failed, failures } = await load.stop();
    expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
    expect(sent).toBeGreaterThan(100);
    expect(main.plaintextConnections()).toBe(plaintext);
    windlass.write('policy.yaml', '');
    await reached('plain');
  }, 60_000);

  it('that comes is followed by nothing in clear text, and one that goes fails no request', async () => {
    await reached('plain');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 5; round += 1) {
      windlass.write('policy.yaml', policy('main'));
      const seen: string[] = [];
      // One connection is one thread of Envoy: what it answers is in order.
      await until('TLS to be spoken', async () => {
        const { status, body } = await ask({ ...what('main'), agent });
        const now = status === 200 ? (JSON.parse(body) as Arrival).over : String(status);
        if (seen.at(-1) !== now) seen.push(now);
        return now === 'a.test' ? true : undefined;
      });
      for (let i = 0; i < 50; i += 1)
        expect((JSON.parse((await ask({ ...what('main'), agent })).body) as Arrival).over).toBe('a.test');
      // 500 stands between them, if anything.
      expect(seen.filter((each) => each !== '500').slice(-2)).toEqual(
        seen[0] === 'plain' ? ['plain', 'a.test'] : ['a.test'],
      );
      const load = startLoad(what('main'));
      windlass.write('policy.yaml', '');
      await reached('plain');
      expect((await load.stop()).failures).toEqual([]);
    }
    agent.destroy();
  }, 60_000);

  it('that verifies by another name from now on lets no request through that the name does not fit', async () => {
    windlass.write('policy.yaml', policy('main'));
    await reached('a.test');
    const arrived = main.arrivals.length;
    windlass.write('policy.yaml', policy('main', { hostname: 'b.test' }));
    await answered('main', 503);
    for (let i = 0; i < 50; i += 1) expect((await ask(what('main'))).status).toBe(503);
    expect(main.arrivals.slice(arrived).filter(({ over }) => over !== 'a.test')).toEqual([]);
    windlass.write('policy.yaml', '');
    await reached('plain');
  }, 60_000);

  it('that comes with the route is never passed by', async () => {
    const plaintext = main.plaintextConnections();
    windlass.write(
      'policy.yaml',
      documents(policy('main', { ca: 'none' }), routeTo(['main'], 'new').replace('/main', '/new')),
    );
    const asked = { ...what('new') };
    await until('the route to be there', async () => ((await ask(asked)).status === 500 ? true : undefined));
    windlass.write(
      'policy.yaml',
      documents(policy('main'), routeTo(['main'], 'new').replace('/main', '/new')),
    );
    await until('the CA to be used', async () => ((await ask(asked)).status === 200 ? true : undefined));
    expect(main.arrivals.filter(({ path, over }) => path === '/new' && over === 'plain')).toEqual([]);
    expect(main.plaintextConnections()).toBe(plaintext);
  }, 60_000);
});
