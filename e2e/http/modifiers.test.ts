import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../harness/request.js';
import { httpRoute, prefix } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { gateway } from '../harness/yaml.js';

// HTTPHeaderFilter and HTTPURLRewriteFilter, and what HTTPRouteRequestHeaderModifier, -ResponseHeaderModifier, -BackendRequestHeaderModifier,
// -RequestHeaderModifierBackendWeights, -RewriteHost, -RewritePath, -Weight, -TimeoutRequest and -TimeoutBackendRequest of the conformance suite
// ask for.

const to = (path: string, filters: string, more = 'backendRefs: [{ name: one, port: 80 }]'): string =>
  `{ matches: [${prefix(path)}], filters: [${filters}], ${more} }`;
const request = (fields: string): string =>
  `{ type: RequestHeaderModifier, requestHeaderModifier: { ${fields} } }`;
const response = (fields: string): string =>
  `{ type: ResponseHeaderModifier, responseHeaderModifier: { ${fields} } }`;
const rewrite = (fields: string): string => `{ type: URLRewrite, urlRewrite: { ${fields} } }`;
const full = (path: string): string => `path: { type: ReplaceFullPath, replaceFullPath: ${path} }`;
const replaced = (path: string): string =>
  `path: { type: ReplacePrefixMatch, replacePrefixMatch: "${path}" }`;
const many =
  'set: [{ name: X-Set-1, value: one }, { name: X-Set-2, value: two }], add: [{ name: X-Add-1, value: three }, { name: X-Add-2, value: four }], remove: [X-Gone-1, X-Gone-2]';
const ref = (name: string, weight: number, filters = ''): string =>
  `{ name: ${name}, port: 80, weight: ${weight}, filters: [${filters}] }`;

const routes = [
  httpRoute(
    'request-headers',
    { hostnames: ['request.test'] },
    to('/set', request('set: [{ name: X-Set, value: new }]')),
    to('/add', request('add: [{ name: X-Add, value: new }]')),
    to('/remove', request('remove: [X-Gone]')),
    to('/many', request(many)),
    to('/case', request('set: [{ name: x-SET, value: new }], add: [{ name: X-ADD, value: new }], remove: [x-GONE]')),
    to('/backend', '', `backendRefs: [${ref('one', 1, request(many))}]`),
    to('/both', request('set: [{ name: X-Set, value: rule }]'), `backendRefs: [${ref('one', 1, request('add: [{ name: X-Set, value: backend }]'))}]`),
    to('/weights', '', `backendRefs: [${ref('one', 50, request('set: [{ name: Backend, value: one }]'))}, ${ref('two', 50, request('set: [{ name: Backend, value: two }]'))}]`),
  ), // prettier-ignore
  httpRoute(
    'response-headers',
    { hostnames: ['response.test'] },
    to('/set', response('set: [{ name: X-Answer, value: new }]')),
    to('/add', response('add: [{ name: X-Answer, value: more }]')),
    to('/remove', response('remove: [x-ANSWER]')),
    to('/many', response(many)),
    to('/backend', '', `backendRefs: [${ref('one', 1, response('set: [{ name: X-Answer, value: of-one }]'))}]`),
  ), // prettier-ignore
  httpRoute(
    'rewrites',
    { hostnames: ['rewrite.test'] },
    to('/host', rewrite('hostname: inner.test')),
    to('/host-and-headers', `${rewrite('hostname: inner.test')}, ${request('set: [{ name: X-Set, value: new }]')}`),
    to('/prefix/one', rewrite(replaced('/one'))),
    to('/strip', rewrite(replaced('/'))),
    to('/empty', rewrite(replaced(''))),
    to('/slash', rewrite(replaced('/new/'))),
    to('/full', rewrite(full('/one'))),
    to('/both', rewrite(`hostname: inner.test, ${full('/one')}`)),
    to('/prefix-and-headers', `${rewrite(replaced('/new'))}, ${request('set: [{ name: X-Set, value: new }]')}`),
    to('/full-and-headers', `${rewrite(full('/one'))}, ${request('set: [{ name: X-Set, value: new }]')}`),
  ), // prettier-ignore
  httpRoute(
    'weights',
    { hostnames: ['weights.test'] },
    `{ backendRefs: [${ref('one', 70)}, ${ref('two', 30)}, ${ref('three', 0)}] }`,
  ),
  httpRoute(
    'timeouts',
    { hostnames: ['timeouts.test'] },
    to('/request', '', 'timeouts: { request: 300ms }, backendRefs: [{ name: one, port: 80 }]'),
    to('/backend', '', 'timeouts: { backendRequest: 300ms }, backendRefs: [{ name: one, port: 80 }]'),
    to('/off', '', 'timeouts: { request: 0s, backendRequest: 0s }, backendRefs: [{ name: one, port: 80 }]'),
    to('/unset', '', 'backendRefs: [{ name: one, port: 80 }]'),
  ),
];

let site: Site;

beforeAll(async () => {
  site = await openSite({ backends: ['one', 'two', 'three'], objects: [gateway('edge', 8080), ...routes] });
}, 60_000);

afterAll(async () => {
  await site.close();
}, 60_000);

const get = (host: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  site.get({ host, path, headers: Object.entries(headers) });

const sent = {
  'x-set': 'old',
  'x-set-1': 'old',
  'x-set-2': 'old',
  'x-add': 'old',
  'x-add-1': 'old',
  'x-gone': 'old',
  'x-gone-1': 'old',
  'x-gone-2': 'old',
};
const changed = {
  'x-set-1': 'one',
  'x-set-2': 'two',
  'x-add-1': 'old, three',
  'x-add-2': 'four',
  'x-gone-1': undefined,
  'x-gone-2': undefined,
};

describe('headers of a request', () => {
  it.each([
    ['/set', { 'x-set': 'new' }],
    ['/add', { 'x-add': 'old, new' }],
    ['/remove', { 'x-gone': undefined }],
    ['/many', changed],
    ['/case', { 'x-set': 'new', 'x-add': 'old, new', 'x-gone': undefined }],
    ['/backend', changed],
    ['/both', { 'x-set': 'rule, backend' }],
  ])('are set, added to and removed, by rule and by backend (%s): %j', async (path, expected) => {
    const { echo } = await get('request.test', path, sent);
    const seen = Object.fromEntries(Object.keys(sent).map((name) => [name, echo?.headers[name]?.toString()]));
    expect({ ...seen, 'x-add-2': echo?.headers['x-add-2'] }).toEqual({ ...sent, 'x-add-2': undefined, ...expected }); // prettier-ignore
  });

  it('that are not there are set and added all the same', async () => {
    expect((await get('request.test', '/set')).echo?.headers['x-set']).toBe('new');
    expect((await get('request.test', '/add')).echo?.headers['x-add']).toBe('new');
  });

  it('are those of the backend that is chosen', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('request.test', '/weights')));
    for (const { echo } of answers) expect(echo?.headers['backend']).toBe(echo?.backend);
    expect(new Set(answers.map(({ echo }) => echo?.backend))).toEqual(new Set(['one', 'two']));
  });
});

describe('headers of an answer', () => {
  it.each([
    ['/set', { 'x-answer': 'new' }],
    ['/add', { 'x-answer': 'plain, more' }],
    ['/remove', {}],
    ['/many', { 'x-answer': 'plain', 'x-set-1': 'one', 'x-set-2': 'two', 'x-add-1': 'three', 'x-add-2': 'four' }],
    ['/backend', { 'x-answer': 'of-one' }],
  ])('are set, added to and removed, by rule and by backend (%s): %j', async (path, expected) => {
    const { headers } = await get('response.test', path);
    const own = Object.entries(headers).filter(([name]) => /^x-(answer|set|add|gone)/.test(name));
    expect(Object.fromEntries(own)).toEqual(expected);
  }); // prettier-ignore
});

describe('a rewrite', () => {
  it.each([
    ['/host/x?q=1', 'inner.test', '/host/x?q=1'],
    ['/prefix/one/two?q=1', 'rewrite.test', '/one/two?q=1'],
    ['/prefix/one', 'rewrite.test', '/one'],
    ['/prefix/one/', 'rewrite.test', '/one/'],
    ['/strip/a/b', 'rewrite.test', '/a/b'],
    ['/strip', 'rewrite.test', '/'],
    ['/empty/a', 'rewrite.test', '/a'],
    ['/empty', 'rewrite.test', '/'],
    ['/slash/a', 'rewrite.test', '/new/a'],
    ['/full/a/b?q=1', 'rewrite.test', '/one?q=1'],
    ['/both/a', 'inner.test', '/one'],
  ])('of %s has the backend see %s%s', async (path, host, seen) => {
    const { echo } = await get('rewrite.test', path);
    expect([echo?.host, echo?.path]).toEqual([host, seen]);
  });

  it('stands beside header modifiers', async () => {
    for (const [path, host, seen] of [
      ['/host-and-headers', 'inner.test', '/host-and-headers'],
      ['/full-and-headers', 'rewrite.test', '/one'],
      ['/prefix-and-headers/x', 'rewrite.test', '/new/x'],
    ] as const) {
      const { echo } = await get('rewrite.test', path);
      expect([echo?.host, echo?.path, echo?.headers['x-set']]).toEqual([host, seen, 'new']);
    }
  });

  it('takes whole segments: what only begins like the prefix is no match', async () => {
    expect((await get('rewrite.test', '/strips/a')).status).toBe(404);
  });
});

describe('weights', () => {
  it('are kept within a few per cent, and 0 is nothing', async () => {
    const counts = { one: 0, two: 0, three: 0 };
    for (let i = 0; i < 1000; i += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => get('weights.test', '/')));
      for (const { echo } of some) counts[echo?.backend as keyof typeof counts] += 1;
    }
    expect(counts.three).toBe(0);
    expect(counts.one + counts.two).toBe(1000);
    // Four standard deviations.
    expect(Math.abs(counts.one - 700)).toBeLessThan(58);
  }, 20_000);
});

describe('a time-out', () => {
  it.each(['/request', '/backend'])('that is exceeded is 504, and one that is not changes nothing (%s)', async (path) => {
    const start = Date.now();
    expect((await get('timeouts.test', `${path}?delay=3000`)).status).toBe(504);
    expect(Date.now() - start).toBeLessThan(2_000);
    expect((await get('timeouts.test', path)).echo?.backend).toBe('one');
  }); // prettier-ignore

  it.each(['/off', '/unset'])('of 0s, or none, is no limit (%s)', async (path) => {
    expect((await get('timeouts.test', `${path}?delay=800`)).echo?.backend).toBe('one');
  });
});
