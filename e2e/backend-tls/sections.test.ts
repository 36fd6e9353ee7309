import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { gatewayOf, httpRoute, prefix } from '../harness/routes.js';
import { openSite, word, type Site } from '../harness/site.js';
import { startTlsBackend, type TlsBackend } from '../harness/tls-backend.js';
import { tlsSecret } from '../harness/yaml.js';
import { caConfigMap, policy } from './objects.js';

// What BackendTLSPolicyConflictResolution asks for of policies for one port, and GatewayInvalidTLSBackendConfiguration of client certificates of
// another namespace.

const OLD = '2025-01-01T00:00:00Z';
const NEW = '2026-01-01T00:00:00Z';

let site: Site;
let backend: TlsBackend;

const withPort = (yaml: string, section: string): string =>
  yaml.replace(/kind: Service, name: (\S+) \}/, `kind: Service, name: $1, sectionName: ${section} }`);
const made = (yaml: string, when: string): string =>
  yaml.replace(/metadata: \{ name: (\S+) \}/, `metadata: { name: $1, creationTimestamp: "${when}" }`);

beforeAll(async () => {
  const authority = await createAuthority();
  backend = await startTlsBackend('tls', await authority.issue('a.test', 'ecdsa'));
  const pair = await authority.issue('client.test', 'ecdsa');
  const ports = ['first', 'second'];
  site = await openSite({
    backends: ['one'],
    gateways: ['edge'],
    objects: [
      gatewayOf('edge', ['{ name: http, port: 8080, protocol: HTTP }'], '  tls: { backend: { clientCertificateRef: { name: client, namespace: far } } }'),
      tlsSecret('client', pair.certificate, pair.key).replace('{ name: client }', '{ name: client, namespace: far }'),
      `
apiVersion: v1
kind: Service
metadata: { name: both }
spec: { ports: [{ name: first, port: 80 }, { name: second, port: 81 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: both-1, labels: { kubernetes.io/service-name: both } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1] }]
ports: [${ports.map((name) => `{ name: ${name}, port: ${backend.port} }`).join(', ')}]
`,
      caConfigMap('ca', authority.certificate),
      made(policy('both', { name: 'whole', hostname: 'wrong.test' }), OLD),
      made(withPort(policy('both', { name: 'z-section' }), 'second'), NEW),
      made(withPort(policy('both', { name: 'zz-late', hostname: 'wrong.test' }), 'second'), NEW),
      httpRoute('both', {}, ...ports.map((name, i) => `{ matches: [${prefix(`/${name}`)}], backendRefs: [{ name: both, port: ${80 + i} }] }`)),
      httpRoute('plain', { hostnames: ['plain.test'] }, '{ backendRefs: [{ name: one, port: 80 }] }'),
    ], // prettier-ignore
  });
}, 60_000);

afterAll(async () => {
  await site.close();
  await backend.close();
}, 60_000);

async function accepted(name: string): Promise<string | undefined> {
  const [ancestor] = (await site.windlass.status('BackendTLSPolicy', name))?.ancestors ?? [];
  return word(ancestor?.conditions.find(({ type }) => type === 'Accepted'));
}

describe('of several policies for a Service', () => {
  it('the one for a port goes before an older one for the whole Service, and both are accepted', async () => {
    expect((await site.get({ path: '/second' })).status).toBe(200);
    expect((await site.get({ path: '/first' })).status).toBe(503);
    expect([await accepted('whole'), await accepted('z-section')]).toEqual([
      'True Accepted',
      'True Accepted',
    ]);
  });

  it('and one port, of the same age, the first by name is in force, and the other is told of the conflict', async () => {
    expect(await accepted('zz-late')).toBe('False Conflicted');
    expect(backend.plaintextConnections()).toBe(0);
  });
});

describe("a Gateway's client certificate in another namespace", () => {
  it('is not taken without a grant; the Gateway says so, is accepted, and serves', async () => {
    const { conditions = [] } = (await site.windlass.status('Gateway', 'edge')) ?? {};
    const said = (type: string): string | undefined => word(conditions.find((each) => each.type === type));
    expect([said('ResolvedRefs'), said('Accepted')]).toEqual(['False RefNotPermitted', 'True Accepted']);
    expect(await site.meets({ host: 'plain.test' })).toBe('one');
  });
});
