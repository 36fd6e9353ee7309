import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { policy, routeTo } from '../backend-tls/objects.js';
import { bundleRef, trustBundle, validation } from '../frontend-tls/objects.js';
import { createAuthority, type Authority, type KeyPair } from '../harness/authority.js';
import { ask } from '../harness/request.js';
import { metBy } from '../harness/tls-client.js';
import { until } from '../harness/until.js';
import { tlsSecret } from '../harness/yaml.js';
import { saysOfGateway } from './ancestors.js';
import { runBackend } from './backend.js';
import { tlsServer } from './scripts.js';
import { World } from './world.js';

// ClusterTrustBundles of a cluster, by which backends and clients are verified: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/

jest.setTimeout(300_000);

let world: World;
let address: string;
let right: Authority;
let other: Authority;
/** Of clients, by the CA that signed them. */
let ofRight: KeyPair;
let ofOther: KeyPair;
/** Objects of the whole cluster, so that their names have to be this test's own. */
let backends: string;
let clients: string;

beforeAll(async () => {
  world = await World.open('trust-bundles');
  [backends, clients] = [`${world.namespace}-backends`, `${world.namespace}-clients`];
  [right, other] = await Promise.all([createAuthority(), createAuthority()]);
  [ofRight, ofOther] = await Promise.all([
    right.issue('client.test', 'ecdsa'),
    other.issue('client.test', 'ecdsa'),
  ]);
  const serving = await right.issue('edge.test', 'ecdsa');
  await Promise.all([
    runBackend(world, 'secure', { replicas: 1, script: tlsServer(await right.issue('a.test', 'ecdsa')) }),
    runBackend(world, 'plain', { replicas: 1 }),
  ]);
  const frontend = `{ default: ${validation([bundleRef(clients)])} }`;
  await world.put(`
${tlsSecret('cert', serving.certificate, serving.key)}
---
${policy('secure', { refs: `[${bundleRef(backends)}]` })}
---
${routeTo(['secure', 'plain'])}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
  - { name: http, port: 80, protocol: HTTP }
  - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }
  tls: { frontend: ${frontend} }
`);
  address = await until(
    'the Gateway has an address',
    async () => {
      const found = await world.find('Gateway', 'edge');
      const [first] = (found?.status?.['addresses'] ?? []) as readonly { readonly value: string }[];
      return first?.value;
    },
    120_000,
  );
  await until('clear text is served', async () => ((await met('plain')) === 200 ? true : undefined), 120_000);
});

afterAll(async () => {
  for (const name of [backends, clients]) await world.remove('ClusterTrustBundle', name);
  await world.close();
});

const met = async (backend: string): Promise<number> =>
  (await ask({ address, port: 80, host: 'any.test', path: `/${backend}` })).status;

/** What clients with certificates of the right CA, of another and without one meet. */
async function clientsMeet(): Promise<string> {
  const to = { address, port: 443, sni: 'edge.test', path: '/plain' };
  const all = [ofRight, ofOther, undefined].map((client) => metBy({ ...to, client }));
  return (await Promise.all(all)).join(' ');
}

const bundle = (name: string, ...authorities: readonly Authority[]): Promise<void> =>
  world.put(trustBundle(name, authorities.map(({ certificate }) => certificate), 'v1beta1')); // prettier-ignore

async function becomes<T>(what: string, look: () => Promise<T>, wanted: T): Promise<void> {
  await until(
    `${what} to be ${String(wanted)}`,
    async () => {
      const seen = await look();
      if (seen === wanted) return true;
      throw new Error(String(seen));
    },
    60_000,
    50,
  );
  for (let i = 0; i < 10; i += 1) expect(await look()).toBe(wanted);
}

const policySays = (...wanted: readonly string[]): Promise<void> =>
  saysOfGateway(world, 'BackendTLSPolicy', 'secure', ...wanted);

describe('a backend that is verified by a ClusterTrustBundle', () => {
  const INVALID = ['Accepted False NoValidCACertificate', 'ResolvedRefs False InvalidCACertificateRef'];
  const VALID = ['Accepted True Accepted', 'ResolvedRefs True ResolvedRefs'];

  it('gets nothing while there is none', async () => {
    await becomes('/secure', () => met('secure'), 500);
    await policySays(...INVALID);
    expect(await met('plain')).toBe(200);
  });

  it('is served as soon as it is there, and follows what it says', async () => {
    await bundle(backends, right);
    await becomes('/secure', () => met('secure'), 200);
    await policySays(...VALID);
    // A rotation: both, then the new one alone.
    await bundle(backends, right, other);
    await becomes('/secure', () => met('secure'), 200);
    await bundle(backends, other);
    await becomes('/secure', () => met('secure'), 503);
    await policySays(...VALID);
    await bundle(backends, right);
    await becomes('/secure', () => met('secure'), 200);
  });

  it('gets nothing any more when it is deleted, until it is back', async () => {
    await world.remove('ClusterTrustBundle', backends);
    await becomes('/secure', () => met('secure'), 500);
    await policySays(...INVALID);
    await bundle(backends, right);
    await becomes('/secure', () => met('secure'), 200);
    await policySays(...VALID);
  });
});

describe('clients that are verified by a ClusterTrustBundle', () => {
  const NOBODY = 'refused refused refused';

  it('are not let in while there is none, and the listener says so', async () => {
    await becomes('clients', clientsMeet, NOBODY);
    await listenerSays('http ResolvedRefs True', 'https ResolvedRefs False');
    expect(await met('plain')).toBe(200);
  });

  it('are let in as it says, and as it says then', async () => {
    await bundle(clients, right);
    await becomes('clients', clientsMeet, '200 refused refused');
    await listenerSays('https ResolvedRefs True');
    await bundle(clients, right, other);
    await becomes('clients', clientsMeet, '200 200 refused');
    await bundle(clients, other);
    await becomes('clients', clientsMeet, 'refused 200 refused');
  });

  it('are not let in any more when it is deleted, until it is back', async () => {
    await world.remove('ClusterTrustBundle', clients);
    await becomes('clients', clientsMeet, NOBODY);
    expect(await met('plain')).toBe(200);
    await bundle(clients, right);
    await becomes('clients', clientsMeet, '200 refused refused');
    await world.condition('Gateway', 'edge', 'Programmed');
  });
});

async function listenerSays(...wanted: readonly string[]): Promise<void> {
  await until(`listeners say ${wanted.join(', ')}`, async () => {
    const found = await world.find('Gateway', 'edge');
    const listeners = (found?.status?.['listeners'] ?? []) as readonly {
      readonly name: string;
      readonly conditions: readonly { type: string; status: string }[];
    }[];
    const said = listeners.flatMap(({ name, conditions }) =>
      conditions.map(({ type, status }) => `${name} ${type} ${status}`),
    );
    if (wanted.every((each) => said.includes(each))) return true;
    throw new Error(said.join(', '));
  });
}
