import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { gatewayOf, httpRoute, prefix } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { tlsSecret } from '../harness/yaml.js';

// HTTPRequestRedirectFilter, and what HTTPRouteRedirectHostAndStatus, -RedirectPath, -RedirectPort, -RedirectScheme, -RedirectPortAndScheme and
// HTTPRoute303-, 307- and 308Redirect of the conformance suite ask for. Listeners have the well-known ports; what is bound is beside them.

const OFFSET = 20_000;

const redirect = (path: string, fields: string): string =>
  `{ matches: [${prefix(path)}], filters: [{ type: RequestRedirect, requestRedirect: { ${fields} } }] }`;
const full = (path: string): string => `path: { type: ReplaceFullPath, replaceFullPath: ${path} }`;
const replaced = (path: string): string => `path: { type: ReplacePrefixMatch, replacePrefixMatch: ${path} }`;

const codes = [301, 302, 303, 307, 308];

const routes = [
  httpRoute(
    'plain',
    { hostnames: ['plain.test'] },
    redirect('/hostname', 'hostname: else.test'),
    redirect('/status', 'hostname: else.test, statusCode: 301'),
    redirect('/nothing', ''),
    redirect('/scheme', 'scheme: https'),
    redirect('/same-scheme', 'scheme: http'),
    redirect('/port', 'port: 8083'),
    redirect('/port-80', 'port: 80'),
    redirect('/port-443', 'port: 443'),
    redirect('/scheme-and-port', 'scheme: https, port: 8443'),
    redirect('/scheme-and-443', 'scheme: https, port: 443'),
    redirect('/http-and-80', 'scheme: http, port: 80'),
    redirect('/http-and-8080', 'scheme: http, port: 8080'),
    redirect('/all', 'scheme: https, hostname: else.test, port: 8443, statusCode: 301'),
  ),
  httpRoute(
    'paths',
    { hostnames: ['paths.test'] },
    redirect('/original-prefix', replaced('/new')),
    redirect('/full', full('/replaced')),
    redirect('/full-and-host', `hostname: else.test, ${full('/replaced')}`),
    redirect('/prefix-and-host', `hostname: else.test, ${replaced('/new')}`),
    redirect('/strip', replaced('/')),
    redirect('/slash', replaced('/new/')),
    redirect('/status', `statusCode: 301, ${full('/replaced')}`),
  ),
  httpRoute(
    'codes',
    { hostnames: ['codes.test'] },
    ...codes.map((code) => redirect(`/${code}`, `hostname: else.test, statusCode: ${code}`)),
  ),
];

let site: Site;

beforeAll(async () => {
  const { certificate, key } = await (await createAuthority()).issue('plain.test', 'ecdsa');
  site = await openSite({
    backends: ['one'],
    arguments: ['--port-offset', String(OFFSET)],
    objects: [
      gatewayOf('edge', [
        '{ name: http, port: 80, protocol: HTTP }',
        '{ name: other, port: 8080, protocol: HTTP }',
        '{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: tls }] } }',
      ]),
      tlsSecret('tls', certificate, key),
      ...routes,
    ],
  });
}, 60_000);

afterAll(async () => {
  await site.close();
}, 60_000);

const meets = (port: number, host: string, path: string): Promise<string> =>
  site.meets({ port: port + OFFSET, host, path, ...(port === 443 && { sni: host }) });

describe('a redirect', () => {
  it.each([
    [80, '/hostname/x?q=1', '302 http://else.test/hostname/x?q=1'],
    [80, '/status', '301 http://else.test/status'],
    [80, '/nothing', '302 http://plain.test/nothing'],
    [8080, '/hostname', '302 http://else.test:8080/hostname'],
    [443, '/hostname', '302 https://else.test/hostname'],
    [443, '/nothing', '302 https://plain.test/nothing'],
    [8080, '/nothing', '302 http://plain.test:8080/nothing'],
  ])('from port %d of %s keeps what it does not name, 302 unless told otherwise: %s', async (port, path, expected) => {
    expect(await meets(port, 'plain.test', path)).toBe(expected);
  }); // prettier-ignore

  it.each([
    [80, '/scheme', 'https://plain.test'],
    [80, '/same-scheme', 'http://plain.test'],
    [80, '/port', 'http://plain.test:8083'],
    [80, '/port-80', 'http://plain.test'],
    [80, '/port-443', 'http://plain.test:443'],
    [80, '/scheme-and-port', 'https://plain.test:8443'],
    [80, '/scheme-and-443', 'https://plain.test'],
    [80, '/http-and-80', 'http://plain.test'],
    [80, '/http-and-8080', 'http://plain.test:8080'],
    [8080, '/http-and-8080', 'http://plain.test:8080'],
    [443, '/same-scheme', 'http://plain.test'],
    [443, '/http-and-80', 'http://plain.test'],
    [443, '/http-and-8080', 'http://plain.test:8080'],
    [443, '/port-443', 'https://plain.test'],
    [443, '/port-80', 'https://plain.test:80'],
    [443, '/scheme', 'https://plain.test'],
  ])('from port %d of %s goes to %s: the port of the scheme, left out where it is the well-known one', async (port, path, to) => {
    expect(await meets(port, 'plain.test', path)).toBe(`302 ${to}${path}`);
  }); // prettier-ignore

  it.each([
    ['plain.test', '/scheme', 'https://plain.test:443'],
    ['plain.test:8080', '/scheme', 'https://plain.test:443'],
    ['plain.test:8080', '/same-scheme', 'http://plain.test:80'],
    ['plain.test', '/port-80', 'http://plain.test:80'],
    ['plain.test', '/scheme-and-443', 'https://plain.test:443'],
  ])('from another port keeps the host %s of the request, and so spells the well-known port out: %s', async (host, path, to) => {
    expect(await meets(8080, host, path)).toBe(`302 ${to}${path}`);
  }); // prettier-ignore

  it('takes host, port, scheme and status together', async () => {
    expect(await meets(80, 'plain.test', '/all')).toBe('301 https://else.test:8443/all');
  });

  it('ignores the port that the client names', async () => {
    expect(await meets(80, 'plain.test:9999', '/hostname')).toBe('302 http://else.test/hostname');
  });

  it.each([
    ['/original-prefix/lemon?q=1', '302 http://paths.test/new/lemon?q=1'],
    ['/original-prefix', '302 http://paths.test/new'],
    ['/original-prefixes', '404'],
    ['/full/path/original?q=1', '302 http://paths.test/replaced?q=1'],
    ['/full-and-host/x', '302 http://else.test/replaced'],
    ['/prefix-and-host/x', '302 http://else.test/new/x'],
    ['/strip/x', '302 http://paths.test/x'],
    ['/strip', '302 http://paths.test/'],
    ['/slash/x', '302 http://paths.test/new/x'],
    ['/status/x', '301 http://paths.test/replaced'],
  ])('of %s replaces the path: %s', async (path, expected) => {
    expect(await meets(80, 'paths.test', path)).toBe(expected);
  });

  it.each(codes)('answers %d where it says so', async (code) => {
    expect(await meets(80, 'codes.test', `/${code}`)).toBe(`${code} http://else.test/${code}`);
  });
});
