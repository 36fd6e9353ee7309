import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exact, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { gateway } from '../harness/yaml.js';

// HTTPRouteMatch, and what HTTPRouteExactPathMatching, -HeaderMatching, -Matching, -MatchingAcrossRoutes, -PathMatchOrder, -MethodMatching,
// -QueryParamMatching, -NamedRule, -RuleOrder and -SimpleSameNamespace of the conformance suite ask for. Each route has a host of its own.

const header = (...pairs: readonly (readonly [string, string])[]): string =>
  `headers: [${pairs.map(([name, value]) => `{ name: ${name}, value: "${value}" }`).join(', ')}]`;
const query = (...pairs: readonly (readonly [string, string])[]): string =>
  `queryParams: [${pairs.map(([name, value]) => `{ name: ${name}, value: "${value}" }`).join(', ')}]`;

const routes = [
  httpRoute('everything', { hostnames: ['simple.test'] }, '{ backendRefs: [{ name: one, port: 80 }] }'),
  httpRoute(
    'exact',
    { hostnames: ['exact.test'] },
    rule([exact('/one')], 'one'),
    rule([exact('/two/')], 'two'),
  ),
  httpRoute(
    'headers',
    { hostnames: ['headers.test'] },
    rule([`{ ${header(['color', 'red'])} }`], 'one'),
    rule([`{ ${header(['color', 'red'], ['Size', 'large'])} }`], 'two'),
    rule([`{ ${header(['color', 'green'])} }`, `{ ${header(['color', 'blue'])} }`], 'three'),
  ),
  httpRoute(
    'either',
    { hostnames: ['either.test'] },
    rule([prefix('/'), `{ ${header(['version', 'one'])} }`], 'one'),
    rule([prefix('/v2'), `{ ${header(['version', 'two'])} }`], 'two'),
  ),
  httpRoute(
    'across-1',
    { hostnames: ['across.test', 'across-too.test'] },
    rule([prefix('/'), `{ ${header(['version', 'one'])} }`], 'one'),
  ),
  httpRoute(
    'across-2',
    { hostnames: ['across.test'] },
    rule([prefix('/v2'), `{ ${header(['version', 'two'])} }`], 'two'),
  ),
  httpRoute(
    'lengths',
    { hostnames: ['lengths.test'] },
    rule([prefix('/match')], 'three'),
    rule([exact('/match')], 'one'),
    rule([prefix('/match/prefix/')], 'two'),
    rule([exact('/match/prefix')], 'one'),
    rule([prefix('/match/prefix/one')], 'one'),
  ),
  httpRoute(
    'methods',
    { hostnames: ['methods.test'] },
    rule(['{ method: POST }'], 'one'),
    rule(['{ method: GET }'], 'two'),
    rule([prefix('/longer', ', method: GET')], 'one'),
    rule([`{ method: PUT, ${header(['version', 'one'])} }`], 'three'),
    rule([prefix('/order')], 'one'),
    rule([prefix('/order', `, ${header(['a', '1'], ['b', '2'])}`)], 'two'),
    rule([prefix('/order', ', method: PATCH')], 'three'),
  ),
  httpRoute(
    'queries',
    { hostnames: ['queries.test'] },
    rule([`{ ${query(['animal', 'whale'])} }`], 'one'),
    rule([`{ ${query(['animal', 'dolphin'])} }`], 'two'),
    rule([`{ ${query(['animal', 'dolphin'], ['color', 'blue'])} }`], 'three'),
    rule([`{ ${query(['ANIMAL', 'Whale'])} }`], 'three'),
    rule([prefix('/path', `, ${query(['animal', 'whale'])}`)], 'two'),
    rule([`{ ${header(['version', 'one'])}, ${query(['animal', 'shark'])} }`], 'one'),
    rule([`{ ${header(['version', 'one'])} }`], 'two'),
  ),
  httpRoute(
    'named',
    { hostnames: ['named.test'] },
    `{ name: first, ${rule([prefix('/named')], 'one').slice(1)}`,
    rule([prefix('/nameless')], 'two'),
  ),
  httpRoute(
    'repeated',
    { hostnames: ['repeated.test'] },
    rule([`{ ${header(['a', '1'], ['b', '2'])} }`], 'one'),
    rule([`{ ${header(['b', '2'], ['a', '1'])} }`], 'two'),
    rule([prefix('/broken')], 'nobody'),
    rule([prefix('/broken')], 'two'),
  ),
];

let site: Site;

beforeAll(async () => {
  site = await openSite({ backends: ['one', 'two', 'three'], objects: [gateway('edge', 8080), ...routes] });
}, 60_000);

afterAll(async () => {
  await site.close();
}, 60_000);

type Headers = Readonly<Record<string, string>>;
const meets = (host: string, path: string, headers: Headers = {}, method = 'GET'): Promise<string> =>
  site.meets({ host, path, method, headers: Object.entries(headers) });

describe('a request', () => {
  it('meets a rule without matches whatever it is', async () => {
    expect(await meets('simple.test', '/any?q=1', { x: 'y' }, 'DELETE')).toBe('one');
  });

  it.each([
    ['/one', 'one'],
    ['/one?q=1', 'one'],
    ['/two/', 'two'],
    ['/', '404'],
    ['/one/', '404'],
    ['/two', '404'],
    ['/one/more', '404'],
    ['/ONE', '404'],
  ])('of path %s meets %s where paths are exact', async (path, expected) => {
    expect(await meets('exact.test', path)).toBe(expected);
  });

  it.each<[Headers, string]>([
    [{ color: 'red' }, 'one'],
    [{ COLOR: 'red' }, 'one'],
    [{ color: 'red', size: 'large' }, 'two'],
    [{ color: 'red', size: 'small' }, 'one'],
    [{ color: 'green' }, 'three'],
    [{ color: 'blue', other: 'red' }, 'three'],
    [{ color: 'Red' }, '404'],
    [{ color: 'redder' }, '404'],
    [{ size: 'large' }, '404'],
    [{}, '404'],
  ])('with headers %j meets %s', async (headers, expected) => {
    expect(await meets('headers.test', '/', headers)).toBe(expected);
  });

  it.each(
    ['either.test', 'across.test'].flatMap((host): [string, string, Headers, string][] => [
      [host, '/', {}, 'one'],
      [host, '/any', {}, 'one'],
      [host, '/', { version: 'one' }, 'one'],
      [host, '/v2', {}, 'two'],
      [host, '/v2/', {}, 'two'],
      [host, '/v2/any', { version: 'one' }, 'two'],
      [host, '/', { version: 'two' }, 'two'],
      [host, '/v2any', {}, 'one'],
      [host, '/any/v2', {}, 'one'],
    ]),
  )('to %s of path %s with headers %j meets %s: rules of one route and of two are one list', async (host, path, headers, expected) => {
    expect(await meets(host, path, headers)).toBe(expected);
  }); // prettier-ignore

  it('meets only the routes of its host', async () => {
    expect(await meets('across-too.test', '/v2', { version: 'two' })).toBe('one');
    expect(await meets('nobody.test', '/')).toBe('404');
  });

  it.each([
    ['/match', 'one'],
    ['/match/', 'three'],
    ['/match/other', 'three'],
    ['/match/prefix', 'one'],
    ['/match/prefix/', 'two'],
    ['/match/prefix/two', 'two'],
    ['/match/prefix/one', 'one'],
    ['/match/prefix/one/any', 'one'],
    ['/match/prefix/onemore', 'two'],
    ['/matches', '404'],
  ])('of path %s meets %s: exact before the longest prefix, whatever the order of the rules', async (path, expected) => {
    expect(await meets('lengths.test', path)).toBe(expected);
  }); // prettier-ignore

  it.each<[string, string, Headers, string]>([
    ['POST', '/', {}, 'one'],
    ['GET', '/', {}, 'two'],
    ['GET', '/longer', {}, 'one'],
    ['POST', '/longer', {}, 'one'],
    ['PUT', '/', { version: 'one' }, 'three'],
    ['PUT', '/', {}, '404'],
    ['HEAD', '/', {}, '404'],
    ['PATCH', '/order', { a: '1', b: '2' }, 'three'],
    ['DELETE', '/order', { a: '1', b: '2' }, 'two'],
    ['DELETE', '/order', { a: '1' }, 'one'],
  ])('of method %s and path %s with headers %j meets %s', async (method, path, headers, expected) => {
    expect(await meets('methods.test', path, headers, method)).toBe(expected);
  });

  it.each<[string, Headers, string]>([
    ['/?animal=whale', {}, 'one'],
    ['/?other=1&animal=whale', {}, 'one'],
    ['/?animal=dolphin', {}, 'two'],
    ['/?animal=dolphin&color=blue', {}, 'three'],
    ['/?color=blue&animal=dolphin', {}, 'three'],
    ['/?animal=dolphin&color=red', {}, 'two'],
    ['/?ANIMAL=Whale', {}, 'three'],
    ['/path?animal=whale', {}, 'two'],
    ['/?animal=shark', { version: 'one' }, 'one'],
    ['/?animal=whale', { version: 'one' }, 'two'],
    ['/?animal=Whale', {}, '404'],
    ['/?ANIMAL=whale', {}, '404'],
    ['/?animal=whales', {}, '404'],
    ['/?animal=', {}, '404'],
    ['/', {}, '404'],
  ])('for %s with headers %j meets %s: names and values of queries count case', async (path, headers, expected) => {
    expect(await meets('queries.test', path, headers)).toBe(expected);
  }); // prettier-ignore

  it('meets rules with a name as those without', async () => {
    expect(await meets('named.test', '/named')).toBe('one');
    expect(await meets('named.test', '/nameless')).toBe('two');
    expect(await site.said('HTTPRoute', 'named', 'Accepted')).toBe('True Accepted');
  });
});

describe('of rules that match the same', () => {
  it('the first is met, its headers in whatever order', async () => {
    expect(await meets('repeated.test', '/', { a: '1', b: '2' })).toBe('one');
    expect(await meets('repeated.test', '/', { b: '2', a: '1' })).toBe('one');
  });

  it('the first is met even where its backend is missing', async () => {
    expect(await meets('repeated.test', '/broken')).toBe('500');
    expect(await site.said('HTTPRoute', 'repeated', 'ResolvedRefs')).toBe('False BackendNotFound');
    expect(await site.said('HTTPRoute', 'repeated', 'Accepted')).toBe('True Accepted');
  });
});
