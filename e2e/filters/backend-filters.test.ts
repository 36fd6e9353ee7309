import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask, type Answer } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

// Filters of HTTPBackendRef, and what HTTPRouteBackendURLRewrite of the conformance suite asks for.

const port = 8080;
let windlass: Standalone;
let backends: readonly Backend[];
let address: string;

function rule(prefix: string, ...refs: readonly string[]): string {
  return `
    - matches: [{ path: { type: PathPrefix, value: ${prefix} } }]
      backendRefs: [${refs.join(', ')}]`;
}

const ref = (name: string, filters: string, weight = 1): string =>
  `{ name: ${name}, port: 80, weight: ${weight}, filters: [${filters}] }`;
const full = (path: string): string =>
  `{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: ${path} } } }`;
const prefixed = (path: string, more = ''): string =>
  `{ type: URLRewrite, urlRewrite: { ${more} path: { type: ReplacePrefixMatch, replacePrefixMatch: ${path} } } }`;
const header = (value: string): string =>
  `{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x-of, value: ${value} }] } }`;
const mirror = (name: string, more = ''): string =>
  `{ type: RequestMirror, requestMirror: { backendRef: { name: ${name}, port: 80 }${more} } }`;
const redirect = '{ type: RequestRedirect, requestRedirect: { hostname: else.test, statusCode: 307 } }';
const cors = '{ type: CORS, cors: { allowOrigins: ["https://a.test"], allowMethods: [PUT] } }';

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: backends }
spec:
  parentRefs: [{ name: edge }]
  rules:${[
    rule('/full', ref('one', full('/own'))),
    rule('/prefix', ref('one', prefixed('/own'))),
    rule('/strip', ref('one', prefixed('/'))),
    rule('/weighted', ref('one', prefixed('/of-one', 'hostname: one.test,'), 70), ref('two', `${prefixed('/of-two')}, ${header('two')}`, 20), ref('three', header('three'), 7), ref('nobody', prefixed('/of-nobody'), 3)), // prettier-ignore
    rule('/redirect', ref('one', redirect), ref('two', '')),
    rule('/mirror', ref('one', mirror('copies')), ref('two', mirror('fifth', ', percent: 20'))),
    rule('/cors', ref('one', cors), ref('two', '')),
  ].join('')}
`;

beforeAll(async () => {
  const names = ['one', 'two', 'three', 'copies', 'fifth'];
  backends = await Promise.all(names.map((name) => startBackend(name)));
  windlass = new Standalone({
    'all.yaml': documents(gateway('edge', port), ...backends.map(({ name, port: at }) => service(name, at)), route), // prettier-ignore
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((each) => each.close()));
}, 60_000);

const get = (path: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  ask({ address, port, host: 'any.test', path, method, headers: Object.entries(headers) });

/** So many answers, a few at a time. */
async function many(count: number, one: () => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < count) answers.push(...(await Promise.all(Array.from({ length: 20 }, one))));
  return answers;
}

/** Four standard deviations of a binomial distribution. */
function expectShare(count: number, of: number, share: number): void {
  expect(Math.abs(count - of * share)).toBeLessThan(4 * Math.sqrt(of * share * (1 - share)));
}

const received = (name: string, path: string): number =>
  backends.find((each) => each.name === name)?.received.filter((echo) => echo.path === path).length ?? 0;

describe('a filter of the only backendRef', () => {
  it.each([
    ['/full/x?q=1', '/own?q=1'],
    ['/prefix/x?q=1', '/own/x?q=1'],
    ['/prefix', '/own'],
    ['/strip/x', '/x'],
    ['/strip', '/'],
  ])('rewrites %s to %s', async (path, seen) => {
    expect((await get(path)).echo?.path).toBe(seen);
  });
});

describe('filters of several weighted backendRefs', () => {
  it('act on their share alone, and leave the weights as they are', async () => {
    const answers = await many(2000, () => get('/weighted/x?q'));
    const seen = new Map<string, number>();
    for (const { status, echo } of answers) {
      const what = echo === undefined ? String(status) : `${echo.backend} ${echo.host} ${echo.path} ${String(echo.headers['x-of'])}`; // prettier-ignore
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
    const expected = {
      'one one.test /of-one/x?q undefined': 0.7,
      'two any.test /of-two/x?q two': 0.2,
      'three any.test /weighted/x?q three': 0.07,
      '500': 0.03,
    };
    expect([...seen.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [what, share] of Object.entries(expected))
      expectShare(seen.get(what) ?? 0, answers.length, share);
  }, 30_000);

  it('redirect their share', async () => {
    const answers = await many(200, () => get('/redirect/x'));
    const redirected = answers.filter(({ status }) => status === 307);
    expect(new Set(redirected.map(({ headers }) => headers.location))).toEqual(new Set(['http://else.test:8080/redirect/x'])); // prettier-ignore
    expect(answers.filter(({ echo }) => echo?.backend === 'two')).toHaveLength(200 - redirected.length);
    expectShare(redirected.length, 200, 0.5);
  });

  it('copy their share, or a part of it', async () => {
    const answers = await many(2000, () => get('/mirror'));
    const to = (name: string): number => answers.filter(({ echo }) => echo?.backend === name).length;
    expectShare(to('one'), answers.length, 0.5);
    await until('every copy', () => (received('copies', '/mirror') === to('one') ? true : undefined), 5_000);
    await until('a fifth of the others', () => {
      expectShare(received('fifth', '/mirror'), to('two'), 0.2);
      return true;
    }, 5_000); // prettier-ignore
  }, 30_000);

  it('answer the preflights of their share', async () => {
    const headers = { Origin: 'https://a.test', 'Access-Control-Request-Method': 'PUT' };
    const answers = await many(100, () => get('/cors', 'OPTIONS', headers));
    const own = answers.filter((answer) => answer.headers['access-control-allow-methods'] === 'PUT');
    expect(answers.filter(({ echo }) => echo?.backend === 'two')).toHaveLength(100 - own.length);
    expectShare(own.length, 100, 0.5);
  });
});
