import { describe, expect, it } from '@jest/globals';
import { given } from '../testing/given.js';
import { gateway, HTTP, route, services, to } from '../testing/yaml.js';
import { redirectLocation, splitAuthority } from './redirect-location.js';

const world = given(gateway(HTTP) + services('a') + route('r', { hostnames: ['a.test'] }, to('a', '/x')));

describe('evaluate', () => {
  it('names listener, table, virtual host and rule', () => {
    const { listener, table, virtualHost, rule } = world.evaluate('http://a.test/x');
    expect({ listener, table, virtualHost, name: rule?.route.name }).toEqual({
      listener: 'http',
      table: 'gateway/default/gw/80',
      virtualHost: 'a.test',
      name: 'r',
    });
  });

  it('says what a request misses: port, host, rules, path', () => {
    expect(world.evaluate('http://a.test:81/x').outcome).toEqual({
      kind: 'refused',
      message: 'nothing listens on port 81',
    });
    expect(world.meets('http://b.test/x')).toBe('404');
    expect(world.evaluate('http://a.test/y').nearMisses.map(({ message }) => message)).toEqual([
      'path /y is not prefix /x',
    ]);
    expect(world.meets('http://a.test/x#y')).toBe('400');
  });

  it('matches the normalised path and passes it on', () => {
    const { outcome } = world.evaluate('http://a.test/y/..//x/./1?q=//');
    expect(outcome).toMatchObject({ kind: 'forward', shares: [{ path: '/x/1?q=//' }] });
  });

  it('of a repeated header one matching value is enough, except of those Envoy joins', () => {
    const rule = (name: string): string =>
      `{ matches: [{ headers: [{ name: ${name}, value: b }] }], backendRefs: [{ name: a, port: 80 }] }`;
    const s = given(gateway(HTTP) + services('a') + route('r', {}, rule('x-many'), rule('accept')));
    expect(
      s.meets('http://h/', {
        headers: [
          ['x-many', 'a'],
          ['x-many', 'b'],
        ],
      }),
    ).toBe('default/a:80');
    expect(
      s.meets('http://h/', {
        headers: [
          ['accept', 'a'],
          ['accept', 'b'],
        ],
      }),
    ).toBe('404');
  });
});

describe('a call', () => {
  const filtered = (filter: string, backends = ''): string =>
    route('r', {}, `{ filters: [${filter}]${backends} }`);
  const call = { method: 'POST', headers: [['content-type', 'application/grpc']] } as const;

  it('that meets a redirect is told UNKNOWN, and a request of the same path is redirected', () => {
    const s = given(
      gateway(HTTP) + filtered('{ type: RequestRedirect, requestRedirect: { hostname: else.test } }'),
    );
    expect(s.calls('http://h/a/b')).toBe('UNKNOWN');
    expect(s.evaluate('http://h/a/b', call).outcome).toMatchObject({
      kind: 'redirect',
      grpcStatus: 'UNKNOWN',
    });
    expect(s.meets('http://h/a/b')).toBe('302 http://else.test/a/b');
  });

  it('that meets a redirect of a backendRef is told UNKNOWN', () => {
    const redirect = '{ type: RequestRedirect, requestRedirect: { hostname: else.test } }';
    const backends = `{ backendRefs: [{ name: a, port: 80, filters: [${redirect}] }] }`;
    const s = given(gateway(HTTP) + services('a') + route('r', {}, backends));
    expect(s.evaluate('http://h/a/b', call).outcome).toMatchObject({
      shares: [{ answer: { kind: 'redirect', grpcStatus: 'UNKNOWN' } }],
    });
  });

  it('that looks like a preflight is told UNKNOWN, or PERMISSION_DENIED for an origin that is not allowed', () => {
    const cors = '{ type: CORS, cors: { allowOrigins: ["https://a.test"] } }';
    const s = given(gateway(HTTP) + services('a') + filtered(cors, ', backendRefs: [{ name: a, port: 80 }]'));
    const from = (origin: string): string =>
      s.meets('http://h/', {
        method: 'OPTIONS',
        headers: [
          ['content-type', 'application/grpc'],
          ['origin', origin],
          ['access-control-request-method', 'POST'],
        ],
      });
    expect([from('https://a.test'), from('https://b.test')]).toEqual(['UNKNOWN', 'PERMISSION_DENIED']);
  });
});

describe('Location', () => {
  const redirect = {
    kind: 'redirect',
    scheme: undefined,
    hostname: undefined,
    port: undefined,
    path: undefined,
    status: 302,
  } as const;
  const entrance = { scheme: 'http', port: 80 } as const;

  it.each([
    [{}, 'h.test:80', 'http://h.test:80/'],
    [{}, 'h.test:1234', 'http://h.test:1234/'],
    [{}, '[::1]:80', 'http://[::1]:80/'],
    [{ port: 8080 }, 'h.test:1234', 'http://h.test:8080/'],
    [{ port: 8080 }, '[::1]', 'http://[::1]:8080/'],
    [{ scheme: 'https' as const }, 'h.test:80', 'https://h.test/'],
    [{ scheme: 'https' as const }, 'h.test:1234', 'https://h.test:1234/'],
    [{ scheme: 'https' as const }, '[::1]:80', 'https://[::1]/'],
  ])('of %j from host %s is %s', (fields, host, location) => {
    expect(redirectLocation({ ...redirect, ...fields }, entrance, host, '/')).toBe(location);
  });

  it('an authority is a name and perhaps a port, IPv6 in brackets', () => {
    expect(splitAuthority('[::1]')).toEqual({ name: '[::1]', port: undefined });
    expect(splitAuthority('::1')).toEqual({ name: '::1', port: undefined });
    expect(splitAuthority('a:1')).toEqual({ name: 'a', port: '1' });
  });
});
