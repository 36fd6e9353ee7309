import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caConfigMap, policy } from '../backend-tls/objects.js';
import { createAuthority } from '../harness/authority.js';
import { type Backend, startBackend } from '../harness/backend.js';
import { unusedPort } from '../harness/port.js';
import { ask, startLoad } from '../harness/request.js';
import { startTlsBackend, type Arrival, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { exported, GRANT, ref, routeTo, serviceImport } from './objects.js';

// Services that several clusters export, which a source of files imports as an importer of a cluster would: GEP-1748.

const port = 8080;
const tcpPort = 9000;
let windlass: Standalone;
let address: string;
let local: Backend;
let east: Backend;
let west: Backend;
let secure: TlsBackend;

const slices = (...of: readonly ('east' | 'west')[]): string =>
  documents(
    ...of.map((cluster) =>
      exported('store', cluster, cluster === 'east' ? '127.0.0.2' : '127.0.0.3', east.port),
    ),
  );

beforeAll(async () => {
  const shared = await unusedPort();
  const ca = await createAuthority();
  [local, east, west, secure] = await Promise.all([
    startBackend('local'),
    startBackend('east', 'http1', { address: '127.0.0.2', port: shared }),
    startBackend('west', 'http1', { address: '127.0.0.3', port: shared }),
    startTlsBackend('secure', await ca.issue('a.test', 'ecdsa')),
  ]);
  windlass = new Standalone({
    'store.yaml': slices('east', 'west'),
    'all.yaml': documents(
      `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
  - { name: http, port: ${port}, protocol: HTTP }
  - { name: tcp, port: ${tcpPort}, protocol: TCP }
`,
      service('store', local.port),
      serviceImport('store'),
      serviceImport('far', 'stores', 'Headless'),
      exported('far', 'east', '127.0.0.2', shared, 'stores'),
      serviceImport('secure'),
      exported('secure', 'east', '127.0.0.1', secure.port),
      caConfigMap('ca', ca.certificate),
      policy('secure').replace(
        'group: "", kind: Service',
        'group: multicluster.x-k8s.io, kind: ServiceImport',
      ),
      routeTo({
        '/global': `[${ref('store')}]`,
        '/both': `[{ name: store, port: 80 }, ${ref('store')}]`,
        '/far': `[${ref('far', ', namespace: stores')}]`,
        '/secure': `[${ref('secure')}]`,
        '/none': `[${ref('none')}]`,
      }),
      `
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: { name: tcp }
spec: { parentRefs: [{ name: edge, sectionName: tcp }], rules: [{ backendRefs: [${ref('store')}] }] }
`,
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([local, east, west, secure].map((backend) => backend.close()));
}, 60_000);

const what = (path: string, at = port) => ({ address, port: at, host: 'shop.test', path });

/** Waits until requests meet these backends and no other. */
async function metBy(path: string, expected: readonly string[], at = port): Promise<void> {
  await until(`${path} to be answered by ${expected.join()}`, async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => ask(what(path, at))));
    const seen = [...new Set(answers.map(({ echo, status }) => echo?.backend ?? String(status)))].sort();
    if (seen.join() !== [...expected].sort().join()) throw new Error(seen.join());
    return true;
  });
}

async function resolvedRefs(): Promise<string> {
  const route = await windlass.status('HTTPRoute', 'all');
  const condition = route?.parents?.[0]?.conditions.find(({ type }) => type === 'ResolvedRefs');
  return `${condition?.reason ?? ''}: ${condition?.message ?? ''}`;
}

describe('a ServiceImport', () => {
  it('is the endpoints of every cluster that exports it, and no request fails as clusters come and go', async () => {
    await metBy('/global', ['east', 'west']);
    const load = startLoad(what('/global'));
    for (let round = 0; round < 3; round += 1) {
      windlass.write('store.yaml', slices('west'));
      await metBy('/global', ['west']);
      windlass.write('store.yaml', slices('east', 'west'));
      await metBy('/global', ['east', 'west']);
      windlass.write('store.yaml', slices('east'));
      await metBy('/global', ['east']);
    }
    windlass.write('store.yaml', slices('east', 'west'));
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  }, 60_000);

  it('shares a rule with the Service of its name, which is of this cluster alone', async () => {
    await metBy('/both', ['local', 'east', 'west']);
  }, 60_000);

  it('gets the connections of a TCPRoute', async () => {
    await metBy('/tcp', ['east', 'west'], tcpPort);
  }, 60_000);

  it('is spoken to in TLS when a BackendTLSPolicy targets it', async () => {
    await until('TLS', async () => {
      const { status, body } = await ask(what('/secure'));
      if (status !== 200 || (JSON.parse(body) as Arrival).over !== 'a.test')
        throw new Error(`${status} ${body}`);
      return true;
    });
    expect(secure.plaintextConnections()).toBe(0);
    const told = (await windlass.status('BackendTLSPolicy', 'secure'))?.ancestors?.[0];
    expect(told?.ancestorRef.name).toBe('edge');
    expect(told?.conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'Accepted True',
      'ResolvedRefs True',
    ]);
  }, 60_000);

  it('of another namespace is served as long as a grant says so; one that is missing costs its share', async () => {
    await metBy('/far', ['500']);
    await metBy('/none', ['500']);
    expect(await resolvedRefs()).toContain('RefNotPermitted');
    windlass.write('grant.yaml', GRANT);
    await metBy('/far', ['east']);
    await until('the route to have the grant', async () =>
      /^BackendNotFound: .*ServiceImport default\/none does not exist/.test(await resolvedRefs())
        ? true
        : undefined,
    );
    windlass.write('grant.yaml', '');
    await metBy('/far', ['500']);
  }, 60_000);
});
