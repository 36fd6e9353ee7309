import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caConfigMap } from '../backend-tls/objects.js';
import { createAuthority } from '../harness/authority.js';
import { ask, startLoad } from '../harness/request.js';
import { startTlsBackend, type Arrival, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, tlsSecret } from '../harness/yaml.js';
import { pod, routeTo, selector, tls } from './objects.js';

// XBackends whose TLS changes under load: nothing in clear text from the first push on, and nothing fails where TLS is given up.

const port = 8080;
let windlass: Standalone;
let address: string;
let main: TlsBackend;

beforeAll(async () => {
  const [ca, clients] = await Promise.all([createAuthority(), createAuthority()]);
  main = await startTlsBackend('main', await ca.issue('a.test', 'ecdsa'));
  const client = await clients.issue('backend.test', 'ecdsa');
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      pod('main', 'main', '127.0.0.1'),
      caConfigMap('ca', ca.certificate),
      tlsSecret('client', client.certificate, client.key),
      routeTo(['main']),
    ),
    'backend.yaml': selector('main', main.port),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await main.close();
}, 60_000);

const what = () => ({ address, port, host: 'shop.test', path: '/main' });

async function reached(over: string): Promise<void> {
  await until(`main to be reached over ${over}`, async () => {
    const { status, body } = await ask(what());
    if (status !== 200 || (JSON.parse(body) as Arrival).over !== over) throw new Error(`${status} ${body}`);
    return true;
  });
}

describe('an XBackend under load', () => {
  it('that asks for TLS gets nothing more in clear text, and one that gives it up fails no request', async () => {
    await reached('plain');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 5; round += 1) {
      windlass.write('backend.yaml', selector('main', main.port, tls()));
      const seen: string[] = [];
      // One connection is one thread of Envoy: what it answers is in order.
      await until('TLS to be spoken', async () => {
        const { status, body } = await ask({ ...what(), agent });
        const now = status === 200 ? (JSON.parse(body) as Arrival).over : String(status);
        if (seen.at(-1) !== now) seen.push(now);
        return now === 'a.test' ? true : undefined;
      });
      for (let i = 0; i < 50; i += 1)
        expect((JSON.parse((await ask({ ...what(), agent })).body) as Arrival).over).toBe('a.test');
      // 500 stands between them, if anything.
      expect(seen.filter((each) => each !== '500').slice(-2)).toEqual(
        seen[0] === 'plain' ? ['plain', 'a.test'] : ['a.test'],
      );
      const load = startLoad(what());
      windlass.write('backend.yaml', selector('main', main.port));
      await reached('plain');
      expect((await load.stop()).failures).toEqual([]);
    }
    agent.destroy();
  }, 60_000);

  it('that asks for another name lets no request through that the name does not fit', async () => {
    windlass.write('backend.yaml', selector('main', main.port, tls()));
    await reached('a.test');
    const arrived = main.arrivals.length;
    const plaintext = main.plaintextConnections();
    windlass.write('backend.yaml', selector('main', main.port, tls({ hostname: 'b.test' })));
    await until('503', async () => ((await ask(what())).status === 503 ? true : undefined));
    for (let i = 0; i < 50; i += 1) expect((await ask(what())).status).toBe(503);
    expect(main.arrivals.slice(arrived).filter(({ over }) => over !== 'a.test')).toEqual([]);
    windlass.write('backend.yaml', selector('main', main.port, tls({ client: 'client' })));
    await reached('a.test');
    expect(main.plaintextConnections()).toBe(plaintext);
  }, 60_000);
});
