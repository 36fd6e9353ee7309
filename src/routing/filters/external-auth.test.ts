import { describe, expect, it } from '@jest/globals';
import { filtered } from '../testing/filtered.js';
import { given, reasonOf, type Scenario } from '../testing/given.js';
import { gateway, HTTP, route, service, services } from '../testing/yaml.js';

// HTTPExternalAuthFilter, GEP-1494.

/** @param more of the filter, in YAML */
function grpc(server: string, more = ''): string {
  return `{ type: ExternalAuth, externalAuth: { protocol: GRPC, backendRef: { name: ${server}, port: 80 }, grpc: {}${more} } }`;
}

/** @param http fields of `http`, in YAML */
function http(server: string, fields = '', more = ''): string {
  return `{ type: ExternalAuth, externalAuth: { protocol: HTTP, backendRef: { name: ${server}, port: 80 }, http: { ${fields} }${more} } }`;
}

/** The auth server is `b`, the backend `a`. */
const authOf = (s: Scenario) => s.evaluate('http://h/').rule?.auth;

describe('ExternalAuth', () => {
  it('asks the server of the rule before anything else is done', () => {
    const s = filtered(http('b'));
    expect(s.evaluate('http://h/')).toMatchObject({
      auth: ['default_b_80'],
      outcome: { kind: 'forward', shares: [{ cluster: 'default_a_80', auth: undefined }] },
    });
    expect(authOf(s)).toMatchObject({
      asks: { kind: 'http', pathPrefix: '', requestHeaders: [], responseHeaders: 'all' },
      maxBodyBytes: 0,
    });
    expect(reasonOf(s.parent('r').accepted)).toBe('True');
    expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
  });

  it('speaks HTTP/2 to a gRPC server, whatever its port says, and to an HTTP server what its port says', () => {
    expect(authOf(filtered(grpc('b')))?.cluster).toMatchObject({ protocol: 'http2' });
    expect(authOf(filtered(http('b')))?.cluster).toMatchObject({ protocol: 'http1' });
  });

  it('shows all headers to a gRPC server unless some are listed, whatever their case', () => {
    expect(authOf(filtered(grpc('b')))?.asks).toEqual({ kind: 'grpc', requestHeaders: 'all' });
    const listed = grpc('b').replace('grpc: {}', 'grpc: { allowedHeaders: [X-Two, x-one] }');
    expect(authOf(filtered(listed))?.asks).toEqual({ kind: 'grpc', requestHeaders: ['x-one', 'x-two'] });
  });

  it('takes path, headers and the size of the body from the filter', () => {
    const s = filtered(
      http(
        'b',
        'path: check/, allowedHeaders: [Cookie], allowedResponseHeaders: [X-User]',
        ', forwardBody: { maxSize: 1024 }',
      ),
    );
    expect(authOf(s)).toMatchObject({
      asks: { pathPrefix: '/check', requestHeaders: ['cookie'], responseHeaders: ['x-user'] },
      maxBodyBytes: 1024,
    });
  });

  it('forwards no body where maxSize is 0', () => {
    expect(authOf(filtered(http('b', '', ', forwardBody: { maxSize: 0 }')))?.maxBodyBytes).toBe(0);
  });

  it.each([
    ['path: "/a/../b"', 'http.path'],
    ['path: "/a%2Fb"', 'http.path'],
    ['path: "//a"', 'http.path'],
    ['allowedHeaders: ["a b"]', 'http.allowedHeaders'],
    ['allowedResponseHeaders: [Host]', 'http.allowedResponseHeaders'],
    ['allowedResponseHeaders: [Content-Length]', 'http.allowedResponseHeaders'],
    ['allowedResponseHeaders: [""]', 'http.allowedResponseHeaders'],
  ])('%s is refused: the rule answers 500, and says where', (fields, at) => {
    const s = filtered(http('b', fields));
    expect(s.meets('http://h/')).toBe('500');
    expect(s.parent('r').accepted).toMatchObject({
      reason: 'UnsupportedValue',
      at: `spec.rules[0].filters[0].externalAuth.${at}`,
    });
  });

  it('cannot be repeated', () => {
    const s = filtered(`${http('b')}, ${http('b')}`);
    expect(s.meets('http://h/')).toBe('500');
    expect(reasonOf(s.parent('r').accepted)).toBe('IncompatibleFilters');
  });

  it.each([
    ['none', 'BackendNotFound'],
    ['b, namespace: elsewhere', 'RefNotPermitted'],
    ['b, kind: Thing', 'InvalidKind'],
  ])('whose server %s cannot be had answers 500, whatever the rule would do', (server, reason) => {
    for (const backends of [undefined, 'name: redirect']) {
      const redirect = '{ type: RequestRedirect, requestRedirect: { hostname: x.test } }';
      const filters = backends === undefined ? http(server) : `${http(server)}, ${redirect}`;
      const s = filtered(filters, backends === undefined ? {} : { backends });
      expect(s.meets('http://h/')).toBe('500');
      expect(s.evaluate('http://h/').outcome).toMatchObject({
        message: expect.stringContaining('spec.rules[0].filters[0].externalAuth.backendRef'),
      });
      expect(s.parent('r').resolvedRefs).toMatchObject({ reason });
    }
  });

  it('with a server that is secured by a policy speaks TLS to it, or to nobody', () => {
    const s = given(
      gateway(HTTP) +
        services('a') +
        service('b', 'default', 'https') +
        route('r', {}, `{ filters: [${http('b')}], backendRefs: [{ name: a, port: 80 }] }`),
    );
    expect(s.meets('http://h/')).toBe('500');
    expect(s.parent('r').resolvedRefs).toMatchObject({ reason: 'UnsupportedProtocol' });
  });

  it('may stand beside a redirect, which is told only to whom the server lets pass', () => {
    const redirect = '{ type: RequestRedirect, requestRedirect: { hostname: x.test } }';
    const s = filtered(`${http('b')}, ${redirect}`, { backends: 'name: redirect' });
    expect(s.evaluate('http://h/')).toMatchObject({
      auth: ['default_b_80'],
      outcome: { kind: 'redirect', location: 'http://x.test/' },
    });
    expect(s.fleet().clusters.has('default_b_80')).toBe(true);
  });

  it('is not asked about a CORS preflight', () => {
    const s = filtered(`${http('b')}, { type: CORS, cors: { allowOrigins: ["https://x.test"] } }`);
    const headers = [
      ['origin', 'https://x.test'],
      ['access-control-request-method', 'GET'],
    ] as const;
    expect(s.evaluate('http://h/', { method: 'OPTIONS', headers })).toMatchObject({
      auth: [],
      outcome: { kind: 'preflight', status: 200 },
    });
    expect(s.evaluate('http://h/', { method: 'OPTIONS' }).auth).toEqual(['default_b_80']);
  });

  it('of a backendRef is asked for its share alone, after that of the rule', () => {
    const s = filtered(http('b'), {
      backends: `backendRefs: [{ name: a, port: 80, filters: [${grpc('c')}] }, { name: b, port: 80 }]`,
    }).change(services('c'));
    expect(s.evaluate('http://h/')).toMatchObject({
      auth: ['default_b_80'],
      outcome: { shares: [{ auth: expect.stringContaining('default_c_80') }, { auth: undefined }] },
    });
  });

  it('of a backendRef whose server cannot be had costs its share', () => {
    const s = filtered('', {
      backends: `backendRefs: [{ name: a, port: 80, filters: [${http('none')}] }, { name: b, port: 80 }]`,
    });
    expect(s.meets('http://h/')).toBe('500=1 default/b:80=1');
    expect(s.parent('r').resolvedRefs).toMatchObject({
      reason: 'BackendNotFound',
      at: 'spec.rules[0].backendRefs[0].filters[0].externalAuth.backendRef',
    });
  });

  it('is asked of requests too that the rule cannot forward', () => {
    const s = filtered(http('b'), { backends: 'name: nowhere' });
    expect(s.evaluate('http://h/')).toMatchObject({ auth: ['default_b_80'], outcome: { status: 500 } });
  });
});
