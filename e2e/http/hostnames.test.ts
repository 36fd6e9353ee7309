import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayOf, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';

// Hostnames and ports of listeners and routes, and what HTTPRouteHostnameIntersection, -ListenerHostnameMatching, -ListenerPortMatching,
// -InvalidParentRefNotMatchingListenerPort, -InvalidParentRefSectionNameNotMatchingPort, -InvalidParentRefNotMatchingSectionName,
// GatewayHTTPListenerIsolation and GatewayPort8080's tests of the conformance suite ask for. Each concern has ports of its own.

const INTERSECTION = 8080;
const LISTENERS = 8081;
const ISOLATION = 8082;
const PORTS = [8090, 8091] as const;

const listener = (name: string, port: number, hostname?: string): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTP${hostname === undefined ? '' : `, hostname: "${hostname}"`} }`;
const at = (...sections: readonly string[]): readonly string[] =>
  sections.map((section) => `{ name: edge, sectionName: ${section} }`);

const gateway = gatewayOf('edge', [
  listener('exact', INTERSECTION, 'very.specific.test'),
  listener('wild-1', INTERSECTION, '*.wildcard.test'),
  listener('wild-2', INTERSECTION, '*.another.test'),
  listener('bar', LISTENERS, 'bar.test'),
  listener('foo-bar', LISTENERS, 'foo.bar.test'),
  listener('any-bar', LISTENERS, '*.bar.test'),
  listener('any-foo', LISTENERS, '*.foo.test'),
  listener('empty', ISOLATION),
  listener('wide', ISOLATION, '*.example.test'),
  listener('narrow', ISOLATION, '*.foo.example.test'),
  listener('host', ISOLATION, 'abc.foo.example.test'),
  listener('routeless', ISOLATION, 'alone.foo.example.test'),
  listener('port-0', PORTS[0]),
  listener('port-1', PORTS[1]),
  listener('port-1-foo', PORTS[1], 'foo.test'),
]);

const sections = ['exact', 'wild-1', 'wild-2'];
const routes = [
  httpRoute('specific', { hostnames: ['non.matching.test', '*.specific.test', 'very.specific.test', 'not.very.specific.test'], parents: at(...sections) }, rule([prefix('/s1')], 'one')), // prettier-ignore
  httpRoute('wildcard-of-route', { hostnames: ['*.specific.test'], parents: at(...sections) }, rule([prefix('/s2')], 'two')), // prettier-ignore
  httpRoute('exact-in-wildcard', { hostnames: ['one.wildcard.test', 'two.labels.wildcard.test', 'wildcard.test'], parents: at(...sections) }, rule([prefix('/s3')], 'three')), // prettier-ignore
  httpRoute('wildcard-in-wildcard', { hostnames: ['*.another.test', '*.deep.another.test'], parents: at(...sections) }, rule([prefix('/s4')], 'one')), // prettier-ignore
  httpRoute('no-hostnames', { parents: at('wild-1') }, rule([prefix('/s5')], 'two')),
  httpRoute('nowhere', { hostnames: ['specific.test', 'not.matching.test', 'another.test'], parents: at(...sections) }, rule([prefix('/')], 'three')), // prettier-ignore

  httpRoute('of-bar', { parents: at('bar') }, rule([prefix('/')], 'one')),
  httpRoute('of-foo-bar', { parents: at('foo-bar') }, rule([prefix('/')], 'two')),
  httpRoute('of-wildcards', { parents: at('any-bar', 'any-foo') }, rule([prefix('/')], 'three')),

  ...['empty', 'wide', 'narrow', 'host'].map((section) => httpRoute(`isolated-${section}`, { parents: at(section) }, rule([prefix(`/${section}`)], 'one'))), // prettier-ignore

  httpRoute('by-port', { parents: [`{ name: edge, port: ${PORTS[0]} }`] }, rule([prefix('/')], 'one')),
  httpRoute('by-port-and-host', { hostnames: ['foo.test'], parents: [`{ name: edge, port: ${PORTS[1]} }`] }, rule([prefix('/')], 'two')), // prettier-ignore
  httpRoute('by-port-and-section', { hostnames: ['bar.test'], parents: [`{ name: edge, port: ${PORTS[1]}, sectionName: port-1 }`] }, rule([prefix('/')], 'three')), // prettier-ignore
  httpRoute('no-such-port', { parents: ['{ name: edge, port: 9999 }'] }, rule([prefix('/')], 'one')),
  httpRoute('no-such-section', { parents: at('none') }, rule([prefix('/')], 'one')),
  httpRoute('section-of-another-port', { parents: [`{ name: edge, port: ${PORTS[0]}, sectionName: exact }`] }, rule([prefix('/')], 'one')), // prettier-ignore
];

let site: Site;

beforeAll(async () => {
  site = await openSite({ backends: ['one', 'two', 'three'], objects: [gateway, ...routes] });
}, 60_000);

afterAll(async () => {
  await site.close();
}, 60_000);

const on =
  (port: number) =>
  (host: string, path = '/'): Promise<string> =>
    site.meets({ port, host, path });

describe('hostnames of a route and of a listener', () => {
  it.each([
    ['very.specific.test', '/s1', 'one'],
    ['very.specific.test:1234', '/s1', 'one'],
    ['VERY.Specific.test', '/s1', 'one'],
    ['very.specific.test', '/other', '404'],
    ['not.very.specific.test', '/s1', '404'],
    ['non.matching.test', '/s1', '404'],
    ['very.specific.test', '/s2', 'two'],
    ['other.specific.test', '/s2', '404'],
    ['one.wildcard.test', '/s3', 'three'],
    ['two.labels.wildcard.test:80', '/s3', 'three'],
    ['other.wildcard.test', '/s3', '404'],
    ['wildcard.test', '/s3', '404'],
    ['a.another.test', '/s4', 'one'],
    ['a.b.another.test', '/s4', 'one'],
    ['a.deep.another.test', '/s4', 'one'],
    ['another.test', '/s4', '404'],
    ['any.wildcard.test', '/s5', 'two'],
    ['a.b.c.wildcard.test', '/s5', 'two'],
    ['very.specific.test', '/s5', '404'],
    ['not.matching.test', '/', '404'],
    ['specific.test', '/', '404'],
  ])('meet in what both take: %s%s meets %s', async (host, path, expected) => {
    expect(await on(INTERSECTION)(host, path)).toBe(expected);
  });

  it('that have nothing in common leave the route unaccepted and uncounted', async () => {
    for (const parent of sections.keys())
      expect(await site.said('HTTPRoute', 'nowhere', 'Accepted', parent)).toBe('False NoMatchingListenerHostname'); // prettier-ignore
    const counts = (await site.windlass.status('Gateway', 'edge'))?.listeners?.slice(0, 3);
    expect(counts?.map(({ attachedRoutes }) => attachedRoutes)).toEqual([2, 2, 1]);
  });

  it.each([
    ['bar.test', 'one'],
    ['foo.bar.test', 'two'],
    ['baz.bar.test', 'three'],
    ['more.baz.bar.test', 'three'],
    ['baz.foo.test', 'three'],
    ['foo.test', '404'],
    ['bar.com', '404'],
  ])('of several listeners of one port: %s meets %s', async (host, expected) => {
    expect(await on(LISTENERS)(host)).toBe(expected);
  });
});

describe('the most specific listener of a port', () => {
  const hosts = {
    empty: 'bar.test',
    wide: 'bar.example.test',
    narrow: 'bar.foo.example.test',
    host: 'abc.foo.example.test',
  } as const;
  const paths = Object.keys(hosts);

  it.each(Object.entries(hosts))('of %s owns %s: no route of a wider or narrower one is met', async (owner, host) => {
    for (const path of paths)
      expect([path, await on(ISOLATION)(host, `/${path}`)]).toEqual([path, path === owner ? 'one' : '404']);
  }); // prettier-ignore

  it('owns its host even when it has no routes', async () => {
    for (const path of paths) expect(await on(ISOLATION)('alone.foo.example.test', `/${path}`)).toBe('404');
  });
});

describe('the port of a parentRef', () => {
  it.each([
    [PORTS[0], 'foo.test', 'one'],
    [PORTS[0], 'bar.test', 'one'],
    [PORTS[0], `bar.test:${PORTS[1]}`, 'one'],
    [PORTS[1], 'foo.test', 'two'],
    [PORTS[1], `foo.test:${PORTS[0]}`, 'two'],
    [PORTS[1], 'bar.test', 'three'],
    [PORTS[1], 'other.test', '404'],
  ])('chooses the listeners: on %d %s meets %s', async (port, host, expected) => {
    expect(await on(port)(host)).toBe(expected);
  });

  it.each(['no-such-port', 'no-such-section', 'section-of-another-port'])(
    'or a section that is not there is no matching parent: %s',
    async (route) => {
      expect(await site.said('HTTPRoute', route, 'Accepted')).toBe('False NoMatchingParent');
    },
  );
});
