import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { caConfigMap } from '../backend-tls/objects.js';
import { configMapRef, validation } from '../frontend-tls/objects.js';
import { createAuthority, type Authority, type KeyPair } from '../harness/authority.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, tlsSecret } from '../harness/yaml.js';
import { backend, gatewayWith, l4Route } from './objects.js';
import { OFFSET, startPeer, who, type Peer } from './peers.js';

// Machines are busy.
jest.setTimeout(90_000);

// `spec.tls.frontend` of a Gateway whose listeners of protocol TLS end it: validation is of all listeners that do, whatever they hand on then.

const PORT = 8443;
let windlass: Standalone;
let address: string;
let clients: Authority;
let known: KeyPair;
let stranger: KeyPair;
let peers: readonly Peer[] = [];

const LISTENER = (name: string, hostname: string, tls: string): string =>
  `{ name: ${name}, port: ${PORT}, protocol: TLS, hostname: "${hostname}", tls: ${tls} }`;
const PASS = LISTENER('pass', '*.test', '{ mode: Passthrough }');
const ENDS = (name: string): string =>
  LISTENER(name, 'end.test', '{ mode: Terminate, certificateRefs: [{ name: gw }] }');
const STRICT = `{ default: ${validation([configMapRef('clients')])} }`;
const LAX = `{ default: ${validation([configMapRef('clients')], 'AllowInsecureFallback')} }`;

function write(frontend: string, name = 'end'): void {
  windlass.write(
    'gateway.yaml',
    `${gatewayWith('edge', PASS, ENDS(name))}${frontend === '' ? '' : `  tls: { frontend: ${frontend} }\n`}`,
  );
}

beforeAll(async () => {
  const [server, others] = await Promise.all([createAuthority(), createAuthority()]);
  clients = await createAuthority();
  const [gw, wide, first, other] = await Promise.all([
    server.issue('end.test', 'ecdsa'),
    server.issue('wide.test', 'ecdsa'),
    clients.issue('known.client', 'ecdsa'),
    others.issue('stranger.client', 'ecdsa'),
  ]);
  [known, stranger] = [first, other];
  peers = await Promise.all([startPeer('plain'), startPeer('wide', wide)]);
  windlass = new Standalone({
    'gateway.yaml': gatewayWith('edge', PASS, ENDS('end')),
    'all.yaml': documents(
      tlsSecret('gw', gw.certificate, gw.key),
      ...peers.map(({ name, port }) => backend(name, [port])),
      // Whatever the listener is called.
      l4Route('TLSRoute', 'plain', { plain: 1 }, { hostnames: ['end.test'] }),
      l4Route('TLSRoute', 'wide', { wide: 1 }, { section: 'pass', hostnames: ['*.test'] }),
    ),
    'ca.yaml': caConfigMap('clients', clients.certificate),
  });
  await windlass.start('--port-offset', String(OFFSET));
  address = await windlass.address('edge');
  await becomes(undefined, 'plain');
});

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(peers.map((each) => each.close()));
});

const meets = (client: KeyPair | undefined, sni = 'end.test'): Promise<string> =>
  who({ address, port: PORT + OFFSET, sni, client });

async function becomes(client: KeyPair | undefined, wanted: string): Promise<void> {
  await until(`the client to meet ${wanted}`, async () => {
    const seen = await meets(client);
    if (seen !== wanted) throw new Error(seen);
    return true;
  });
}

/** What clients meet, one after the other, while something changes: each run of equal answers once. */
async function metDuring(change: () => void, last: string): Promise<readonly string[]> {
  const seen: string[] = [];
  const look = async (): Promise<string> => {
    const now = await meets(undefined);
    if (seen.at(-1) !== now) seen.push(now);
    return now;
  };
  await look();
  change();
  await until(`clients to meet ${last}`, async () => ((await look()) === last ? true : undefined), 15_000, 1);
  for (let i = 0; i < 30; i += 1) await look();
  return seen;
}

describe('a listener of protocol TLS that ends it', () => {
  it('hands on what verified clients send, and refuses all others; what is handed on encrypted asks nobody', async () => {
    write(STRICT);
    await becomes(undefined, 'refused');
    await becomes(known, 'plain');
    expect(await meets(stranger)).toBe('refused');
    expect(await meets(undefined, 'other.test')).toBe('wide');
  });

  it('lets everyone in where it may fall back', async () => {
    write(LAX);
    await becomes(undefined, 'plain');
    expect([await meets(known), await meets(stranger)]).toEqual(['plain', 'plain']);
  });

  it.each([
    ['of the same name', 'end'],
    ['of another name', 'renamed'],
  ])('and is tightened lets no unverified client in again, by a listener %s', async (_, name) => {
    for (const before of ['', LAX]) {
      write(before);
      await becomes(undefined, 'plain');
      expect(await metDuring(() => write(STRICT, name), 'refused')).toEqual(['plain', 'refused']);
      await becomes(known, 'plain');
      expect(await meets(undefined)).toBe('refused');
    }
  });

  it('refuses everybody while nobody can be verified: nor does a wider listener get them', async () => {
    write('');
    await becomes(undefined, 'plain');
    windlass.write('ca.yaml', caConfigMap('clients', 'nonsense'));
    expect(await metDuring(() => write(STRICT), 'refused')).toEqual(['plain', 'refused']);
    expect(await meets(known)).toBe('refused');
    const status = await windlass.status('Gateway', 'edge');
    expect(status?.listeners?.find(({ name }) => name === 'end')?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Accepted', status: 'False', reason: 'NoValidCACertificate' }),
    );
    windlass.write('ca.yaml', caConfigMap('clients', clients.certificate));
    await becomes(known, 'plain');
    expect(await meets(undefined)).toBe('refused');
  });
});
