import { Agent } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { caConfigMap } from '../backend-tls/objects.js';
import { createAuthority, type Authority, type KeyPair } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { startLoad } from '../harness/request.js';
import { askTls, metBy } from '../harness/tls-client.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, service } from '../harness/yaml.js';
import { openSession } from '../misdirected/session.js';
import { configMapRef, edge, PORTS, serving, validation } from './objects.js';

// Validation of clients that changes while they come: who is to be verified by now is never let in unverified again.

let windlass: Standalone;
let backend: Backend;
let address: string;
let first: Authority;
let second: Authority;
let ofFirst: KeyPair;
let ofSecond: KeyPair;

beforeAll(async () => {
  let server: Authority;
  [server, first, second] = await Promise.all([createAuthority(), createAuthority(), createAuthority()]);
  [ofFirst, ofSecond] = await Promise.all([
    first.issue('first.client', 'ecdsa'),
    second.issue('second.client', 'ecdsa'),
  ]);
  backend = await startBackend('shop');
  windlass = new Standalone({
    'all.yaml': documents(
      service('shop', backend.port),
      everythingTo('shop', 'edge'),
      serving(await server.issue('a.test', 'ecdsa')),
      caConfigMap('other', second.certificate),
    ),
    'ca.yaml': caConfigMap('ca', first.certificate),
    'gateway.yaml': edge(''),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

const strict = edge(
  `{ default: {}, perPort: [{ port: ${PORTS.own}, tls: ${validation([configMapRef('ca')])} }] }`,
);
const lax = edge(
  `{ default: {}, perPort: [{ port: ${PORTS.own}, tls: ${validation([configMapRef('ca')], 'AllowInsecureFallback')} }] }`,
);
const byOther = edge(
  `{ default: {}, perPort: [{ port: ${PORTS.own}, tls: ${validation([configMapRef('other')])} }] }`,
);

const what = (client?: KeyPair, agent?: Agent) => ({
  address,
  port: PORTS.own,
  sni: 'a.test',
  client,
  ...(agent && { agent }),
});

async function becomes(client: KeyPair | undefined, wanted: string): Promise<void> {
  await until(`the client to meet ${wanted}`, async () => {
    const seen = await metBy(what(client));
    if (seen !== wanted) throw new Error(seen);
    return true;
  });
}

beforeEach(() => {
  windlass.write('ca.yaml', caConfigMap('ca', first.certificate));
});

/** Changes a file while clients come one after the other, and tells what they met: each run of equal answers once. */
async function metDuring(
  client: KeyPair | undefined,
  gateway: string,
  last: string,
  then = 30,
): Promise<readonly string[]> {
  const seen: string[] = [];
  const look = async (): Promise<string> => {
    const now = await metBy(what(client));
    if (seen.at(-1) !== now) seen.push(now);
    return now;
  };
  await look();
  windlass.write('gateway.yaml', gateway);
  await until(`clients to meet ${last}`, async () => ((await look()) === last ? true : undefined), 15_000, 1);
  for (let i = 0; i < then; i += 1) await look();
  return seen;
}

describe('Client validation that is tightened on a running listener', () => {
  it.each([
    ['newly asked for', edge('')],
    ['no longer with a fallback', lax],
  ])(
    'and %s lets no unverified client in again, and costs other ports nothing',
    async (_, before) => {
      for (let round = 0; round < 4; round += 1) {
        windlass.write('gateway.yaml', before);
        await becomes(undefined, '200');
        const load = startLoad({ address, port: PORTS.plain, host: 'a.test' });
        expect(await metDuring(undefined, strict, 'refused')).toEqual(['200', 'refused']);
        await becomes(ofFirst, '200');
        expect(await metBy(what(undefined))).toBe('refused');
        expect((await load.stop()).failures).toEqual([]);
      }
    },
    90_000,
  );

  it('by other CAs lets none in whom only the former CAs vouch for', async () => {
    for (let round = 0; round < 4; round += 1) {
      windlass.write('gateway.yaml', strict);
      await becomes(ofFirst, '200');
      expect(await metDuring(ofFirst, byOther, 'refused')).toEqual(['200', 'refused']);
      await becomes(ofSecond, '200');
    }
  }, 90_000);

  it('asks open connections to go with their next answer', async () => {
    windlass.write('gateway.yaml', edge(''));
    await becomes(undefined, '200');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { connection } = await askTls(what(undefined, agent));
    expect((await askTls(what(undefined, agent))).connection).toBe(connection);
    windlass.write('gateway.yaml', strict);
    await becomes(undefined, 'refused');
    const over = [];
    for (let i = 0; i < 3; i += 1)
      over.push(await askTls(what(undefined, agent)).catch(() => 'refused' as const));
    // At most one more answer, which closes the connection.
    expect(over.slice(1)).toEqual(['refused', 'refused']);
    agent.destroy();
  }, 60_000);
});

describe('An HTTP/2 connection that is open when clients are to be verified', () => {
  it('is asked to go with its next answer, and answers no more some seconds later', async () => {
    windlass.write('gateway.yaml', edge(''));
    await becomes(undefined, '200');
    const session = await openSession(address, PORTS.own, 'a.test');
    expect(await session.ask('a.test')).toBe('200 shop');
    windlass.write('gateway.yaml', strict);
    await becomes(undefined, 'refused');
    await session.ask('a.test').catch(() => 'closed');
    await until(
      'the connection to end',
      async () => ((await session.ask('a.test').catch(() => 'closed')) === 'closed' ? true : undefined),
      12_000,
      200,
    );
    session.close();
  }, 60_000);
});

describe('The CAs that clients are verified by', () => {
  it('are rotated without closing a connection or refusing a verified client', async () => {
    windlass.write('gateway.yaml', strict);
    await becomes(ofFirst, '200');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { connection } = await askTls(what(ofFirst, agent));
    let refused = 0;
    const running = new AbortController();
    const clients = (async () => {
      while (!running.signal.aborted) if ((await metBy(what(ofFirst))) !== '200') refused += 1;
    })();
    for (let round = 0; round < 3; round += 1) {
      windlass.write('ca.yaml', caConfigMap('ca', first.certificate, second.certificate));
      await becomes(ofSecond, '200');
      windlass.write('ca.yaml', caConfigMap('ca', first.certificate));
      await becomes(ofSecond, 'refused');
      expect((await askTls(what(ofFirst, agent))).connection).toBe(connection);
    }
    running.abort();
    await clients;
    expect(refused).toBe(0);
    windlass.write('ca.yaml', caConfigMap('ca', second.certificate));
    await becomes(ofFirst, 'refused');
    // Whoever was verified when the connection was made stays.
    expect((await askTls(what(ofFirst, agent))).connection).toBe(connection);
    agent.destroy();
  }, 90_000);

  it('that are gone or spoilt let nobody in, and verify again when they are back', async () => {
    windlass.write('gateway.yaml', strict);
    await becomes(ofFirst, '200');
    for (const broken of ['', caConfigMap('ca', 'nonsense')]) {
      windlass.write('ca.yaml', broken);
      await becomes(ofFirst, 'refused');
      expect(await metBy(what(undefined))).toBe('refused');
      windlass.write('ca.yaml', caConfigMap('ca', first.certificate));
      await becomes(ofFirst, '200');
      expect(await metBy(what(undefined))).toBe('refused');
    }
  }, 60_000);
});
