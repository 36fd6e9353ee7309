import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { askTls } from '../harness/tls-client.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service, tlsSecret } from '../harness/yaml.js';
import { openSession } from './session.js';

// What a request meets whose host is not the one that its connection was made for, over one HTTP/2 connection: Gateway API, Listener.hostname, and what the
// conformance test HTTPRouteHTTPSListenerDetectMisdirectedRequests asks for.

const port = 8443;
const NAMES = ['first', 'second', 'wild', 'deep', 'any'] as const;
const HOSTNAMES = { first: 'first.test', second: 'second.test', wild: '*.wild.test', deep: 'x.wild.test' };
let windlass: Standalone;
let backends: readonly Backend[];
let address: string;

/** A Gateway with these listeners, in clear order, each with a route that sends everything to the Service of its name. */
function edge(...names: readonly (typeof NAMES)[number][]): string {
  const listeners = names.map((name) => {
    const hostname = name === 'any' ? '' : `hostname: "${HOSTNAMES[name]}", `;
    return `  - { name: ${name}, port: ${port}, protocol: HTTPS, ${hostname}tls: { certificateRefs: [{ name: cert }] } }`;
  });
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
${listeners.join('\n')}
`;
}

const route = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: edge, sectionName: ${name} }]
  rules: [{ backendRefs: [{ name: ${name}, port: 80 }] }]
`;

beforeAll(async () => {
  const ca = await createAuthority();
  backends = await Promise.all(NAMES.map((name) => startBackend(name)));
  const { certificate, key } = await ca.issue('first.test', 'ecdsa');
  windlass = new Standalone({
    'all.yaml': documents(
      tlsSecret('cert', certificate, key),
      ...backends.map((backend) => service(backend.name, backend.port)),
      ...NAMES.map(route),
    ),
    'gateway.yaml': edge(...NAMES),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((backend) => backend.close()));
}, 60_000);

/** What requests for these hosts meet over one connection. */
async function met(sni: string, hosts: readonly string[]): Promise<readonly string[]> {
  const session = await openSession(address, port, sni);
  try {
    const seen = [];
    for (const host of hosts) seen.push(await session.ask(host));
    return seen;
  } finally {
    session.close();
  }
}

const HOSTS = ['first.test', 'second.test', 'y.wild.test', 'x.wild.test', 'nobody.test'];

async function becomes(sni: string, wanted: readonly string[]): Promise<void> {
  await until(`${sni} to meet ${wanted.join()}`, async () => {
    const seen = await met(sni, HOSTS);
    if (seen.join() !== wanted.join()) throw new Error(seen.join());
    return true;
  });
}

async function overlapping(): Promise<Readonly<Record<string, string | undefined>>> {
  const listeners = (await windlass.status('Gateway', 'edge'))?.listeners ?? [];
  return Object.fromEntries(
    listeners.map(({ name, conditions }) => [
      name,
      conditions.find(({ type }) => type === 'OverlappingTLSConfig')?.reason,
    ]),
  );
}

describe('A request over the connection of another host', () => {
  it('is misdirected where another listener has its host, beside a listener without a hostname', async () => {
    windlass.write('gateway.yaml', edge(...NAMES));
    await becomes('first.test', ['200 first', '421', '421', '421', '421']);
    await becomes('second.test', ['421', '200 second', '421', '421', '421']);
    await becomes('y.wild.test', ['421', '421', '200 wild', '421', '421']);
    await becomes('x.wild.test', ['421', '421', '421', '200 deep', '421']);
    await becomes('nobody.test', ['421', '421', '421', '421', '200 any']);
    await becomes('', ['421', '421', '421', '421', '200 any']);
  }, 60_000);

  it('finds nothing where no listener has its host, and none is without a hostname', async () => {
    windlass.write('gateway.yaml', edge('first', 'second', 'wild', 'deep'));
    await becomes('first.test', ['200 first', '421', '421', '421', '404']);
    await becomes('y.wild.test', ['421', '421', '200 wild', '421', '404']);
    await becomes('x.wild.test', ['421', '421', '421', '200 deep', '404']);
    await expect(openSession(address, port, 'nobody.test')).rejects.toThrow();
  }, 60_000);

  it('is told apart whatever the port and the letters of its authority', async () => {
    expect(
      await met('first.test', [
        `second.test:${port}`,
        'SECOND.test',
        'Q.wild.test:1',
        'wild.test',
        'a.second.test',
        'first.test:99',
      ]),
    ).toEqual(['421', '421', '421', '404', '404', '200 first']);
  });

  it('over HTTP/1.1 meets the same', async () => {
    const ask = async (host: string) => (await askTls({ address, port, sni: 'first.test', host })).status;
    expect([await ask('first.test'), await ask('second.test'), await ask('nobody.test')]).toEqual([
      200, 421, 404,
    ]);
  });

  it('finds nothing where its listener is the only one', async () => {
    windlass.write('gateway.yaml', edge('first'));
    await becomes('first.test', ['200 first', '404', '404', '404', '404']);
    windlass.write('gateway.yaml', edge('wild', 'deep'));
    await becomes('y.wild.test', ['404', '404', '200 wild', '421', '404']);
  }, 60_000);

  it('follows the listeners of its port while the connection lasts', async () => {
    windlass.write('gateway.yaml', edge('first', 'wild'));
    await becomes('y.wild.test', ['421', '404', '200 wild', '200 wild', '404']);
    const session = await openSession(address, port, 'y.wild.test');
    expect(await session.ask('x.wild.test')).toBe('200 wild');
    windlass.write('gateway.yaml', edge('first', 'wild', 'deep'));
    await until('the new listener to have its host', async () =>
      (await session.ask('x.wild.test')) === '421' ? true : undefined,
    );
    expect(await session.ask('y.wild.test')).toBe('200 wild');
    session.close();
    await becomes('x.wild.test', ['421', '404', '421', '200 deep', '404']);
  }, 60_000);

  it('is warned of by the status of listeners that overlap', async () => {
    const same = 'OverlappingCertificates';
    await until('the conditions', async () => {
      const seen = await overlapping();
      // All have one certificate: a client may think that one connection is good for all of them.
      return JSON.stringify(seen) === JSON.stringify({ first: same, wild: same, deep: same })
        ? true
        : undefined;
    });
  }, 60_000);
});
