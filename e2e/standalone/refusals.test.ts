import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { run, Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let address: string;

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: mixed }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /good } }]
      backendRefs: [{ name: good, port: 80 }]
    - matches: [{ path: { type: PathPrefix, value: /missing } }]
      backendRefs: [{ name: nobody, port: 80 }]
    - matches: [{ path: { type: PathPrefix, value: /half } }]
      backendRefs: [{ name: good, port: 80 }, { name: nobody, port: 80 }]
    - matches: [{ path: { type: PathPrefix, value: /idle } }]
      backendRefs: [{ name: idle, port: 80 }]
    - matches: [{ path: { type: PathPrefix, value: /none } }]
`;

const inexpressible = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: inexpressible }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [regex.example]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /good } }]
      backendRefs: [{ name: good, port: 80 }]
    - matches: [{ path: { type: RegularExpression, value: "/re(gex" } }]
      backendRefs: [{ name: good, port: 80 }]
`;

const idle = `
apiVersion: v1
kind: Service
metadata: { name: idle }
spec: { ports: [{ name: http, port: 80 }] }
`;

const brokenListener = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: two-doors }
spec:
  gatewayClassName: windlass
  listeners:
    - { name: http, port: 8080, protocol: HTTP }
    - name: https
      port: 8443
      protocol: HTTPS
      tls: { certificateRefs: [{ name: absent }] }
`;

beforeAll(async () => {
  backend = await startBackend('good');
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      service('good', backend.port),
      idle,
      route,
      inexpressible,
      brokenListener,
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

describe('one wrong rule among good ones', () => {
  const status = async (path: string): Promise<number> =>
    (await ask({ address, port, host: 'any.example', path })).status;

  it('answers 500 while its neighbours serve', async () => {
    expect(await status('/good')).toBe(200);
    expect(await status('/missing')).toBe(500);
    expect(await status('/none')).toBe(500);
    expect(await status('/idle')).toBe(503);
    expect(await status('/elsewhere')).toBe(404);
  });

  it('answers 500 for its share of the weight only', async () => {
    const seen = new Map<number, number>();
    for (let i = 0; i < 100; i += 1) {
      const code = await status('/half');
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([200, 500]);
    expect(seen.get(500)).toBeGreaterThan(20);
    expect(seen.get(200)).toBeGreaterThan(20);
  }, 20_000);

  it('whose match Envoy cannot express takes what it might have meant to 500, never to a wider rule', async () => {
    const code = async (path: string): Promise<number> =>
      (await ask({ address, port, host: 'regex.example', path })).status;
    expect(await code('/good')).toBe(200);
    expect(await code('/missing')).toBe(500);
    expect(await code('/regex')).toBe(500);
    const conditions = (await windlass.status('HTTPRoute', 'inexpressible'))?.parents?.[0]?.conditions ?? [];
    const partially = conditions.find(({ type }) => type === 'PartiallyInvalid');
    expect(partially).toMatchObject({ status: 'True', reason: 'UnsupportedValue' });
    expect(partially?.message).toMatch(/^(Dropped Rule|Fall Back)/);
  });

  it('is named in the status of its route, with reason and place', async () => {
    const conditions = (await windlass.status('HTTPRoute', 'mixed'))?.parents?.[0]?.conditions ?? [];
    const resolved = conditions.find(({ type }) => type === 'ResolvedRefs');
    expect(resolved).toMatchObject({ status: 'False', reason: 'BackendNotFound', observedGeneration: 1 });
    expect(resolved?.message).toContain('default/nobody');
    expect(conditions.find(({ type }) => type === 'Accepted')).toMatchObject({ status: 'True' });
  });

  it('costs a listener without its certificate that listener only', async () => {
    await windlass.address('two-doors');
    const status = await windlass.status('Gateway', 'two-doors');
    expect(status?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({
      status: 'True',
      reason: 'ListenersNotValid',
    });
    const https = status?.listeners?.find(({ name }) => name === 'https')?.conditions ?? [];
    expect(https.find(({ type }) => type === 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'InvalidCertificateRef',
    });
    expect(https.find(({ type }) => type === 'Programmed')).toMatchObject({ status: 'False' });
  }, 60_000);
});

describe('windlass check', () => {
  it('reports three faults of two files with their positions and exits with 1', async () => {
    const folder = new Standalone({
      'a.yaml': documents(
        gateway('edge', 8080).replace('protocol: HTTP', 'protocol: HTTP, hostnme: x'),
        route.replace('value: /good', 'value: good'),
      ),
      'b.yaml': service('good', 70000),
    });
    const { code, stdout } = run('check', folder.directory);
    await folder.dispose();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /a\.yaml:6:\d+: error: Gateway default\/edge: spec\.listeners\[0\]\.hostnme: .*hostname/,
    );
    expect(stdout).toMatch(/a\.yaml:14:\d+: error: HTTPRoute default\/mixed: spec\.rules\[0\]\.matches\[0\]/);
    expect(stdout).toMatch(/b\.yaml:12:\d+: error: EndpointSlice default\/good-1: ports\[0\]\.port/);
    expect(stdout.match(/: error: /g)).toHaveLength(3);
  });

  it('exits with 0 for a valid folder', async () => {
    const folder = new Standalone({ 'a.yaml': documents(gateway('edge', 8080), service('good', 3000)) });
    const { code } = run('check', folder.directory);
    await folder.dispose();
    expect(code).toBe(0);
  });
});
