import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { http, listenerSet, openGateway } from './objects.js';

// GatewayHTTPListenerIsolation, HTTPRouteListenerPortMatching, HTTPRouteInvalidParentRefNotMatchingListenerPort, HTTPRouteInvalidParentRefSectionNameNotMatchingPort
// and ListenerSetGatewayParentSectionNameNotFound of the conformance suite.

const PORT = 8080;
const OTHER = 8090;
const HOSTS = [
  ['bar.com', 'all'],
  ['bar.example.com', 'wide'],
  ['bar.foo.example.com', 'narrow'],
  ['abc.foo.example.com', 'exact'],
] as const;

let windlass: Standalone;
let backend: Backend;
let address: string;

const route = (name: string, parent: string, hostnames = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [${parent}]
${hostnames === '' ? '' : `  hostnames: [${hostnames}]\n`}  rules:
    - matches: [{ path: { value: /${name} } }]
      backendRefs: [{ name: app, port: 80 }]
`;

beforeAll(async () => {
  backend = await startBackend('app');
  const every = '"*.example.com", "*.foo.example.com", abc.foo.example.com, bar.com';
  windlass = new Standalone({
    'gateway.yaml': documents(
      openGateway(
        'edge',
        '{ from: Same }',
        `{ name: all, port: ${PORT}, protocol: HTTP }`,
        http('narrow', PORT, '"*.foo.example.com"'),
        http('exact', PORT, 'abc.foo.example.com'),
        `{ name: other, port: ${OTHER}, protocol: HTTP }`,
      ),
      listenerSet('default/set', 'edge', '01', http('wide', PORT, '"*.example.com"')),
    ),
    'routes.yaml': documents(
      route('all', '{ name: edge, sectionName: all }'),
      route('wide', '{ kind: ListenerSet, name: set }', every),
      route('narrow', '{ name: edge, sectionName: narrow }', every),
      route('exact', `{ name: edge, sectionName: exact, port: ${PORT} }`),
      route('port', `{ name: edge, port: ${OTHER} }`),
      route('no-port', '{ name: edge, port: 81 }'),
      route('mismatch', `{ name: edge, sectionName: other, port: ${PORT} }`),
      route('of-set', '{ name: edge, sectionName: wide }'),
    ),
    'app.yaml': service('app', backend.port),
  });
  await windlass.start();
  address = await windlass.address('edge');
  await until('the last route', async () =>
    (await ask({ address, port: OTHER, host: 'any.test', path: '/port' })).status === 200 ? true : undefined,
  );
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

describe('a request', () => {
  it('is the most specific listener’s, and meets no route of a wider one', async () => {
    for (const [host, owner] of HOSTS)
      for (const name of ['all', 'wide', 'narrow', 'exact']) {
        const { status } = await ask({ address, port: PORT, host, path: `/${name}` });
        expect([host, name, status]).toEqual([host, name, name === owner ? 200 : 404]);
      }
  });

  it('meets routes of its own port alone', async () => {
    expect((await ask({ address, port: PORT, host: 'any.test', path: '/port' })).status).toBe(404);
    expect((await ask({ address, port: OTHER, host: 'bar.com', path: '/all' })).status).toBe(404);
  });
});

describe('a parentRef', () => {
  it.each([
    ['to a port that no listener has', 'no-port'],
    ['whose section has another port', 'mismatch'],
    ['to the Gateway that names a listener of a ListenerSet', 'of-set'],
  ])('%s is NoMatchingParent', async (_what, name) => {
    const status = await windlass.status('HTTPRoute', name);
    const accepted = status?.parents?.[0]?.conditions.find(({ type }) => type === 'Accepted');
    expect([accepted?.status, accepted?.reason]).toEqual(['False', 'NoMatchingParent']);
    const { status: answer } = await ask({ address, port: PORT, host: 'bar.com', path: `/${name}` });
    expect(answer).toBe(404);
  });
});
