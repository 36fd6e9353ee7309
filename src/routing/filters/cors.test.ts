import { describe, expect, it } from '@jest/globals';
import { filtered } from '../testing/filtered.js';
import type { Scenario } from '../testing/given.js';

type Headers = Readonly<Record<string, string>>;

function withCors(fields: string, options: Parameters<typeof filtered>[1] = {}): Scenario {
  return filtered(`{ type: CORS, cors: { ${fields} } }`, options);
}

function preflight(s: Scenario, origin: string, more: Headers = {}) {
  const headers = { origin, 'access-control-request-method': 'PUT', ...more };
  const { outcome } = s.evaluate('http://h/', { method: 'OPTIONS', headers: Object.entries(headers) });
  return outcome.kind === 'preflight'
    ? { status: outcome.status, headers: Object.fromEntries(outcome.headers) }
    : outcome.kind;
}

/** What is set on the answer to a request that is no preflight. */
function answered(s: Scenario, origin: string): Headers {
  const { outcome } = s.evaluate('http://h/', { headers: [['Origin', origin]] });
  if (outcome.kind !== 'forward') throw new Error(outcome.kind);
  const set = outcome.shares[0]?.responseModifiers.flatMap((modifier) => modifier.set) ?? [];
  return Object.fromEntries(set.map(({ name, value }) => [name, value]));
}

describe('the origins that CORS allows', () => {
  const allows = (allowed: string, origin: string): boolean =>
    answered(withCors(`allowOrigins: ["${allowed}"]`), origin)['access-control-allow-origin'] === origin;

  it.each([
    ['https://a.test', 'https://a.test', true],
    ['https://a.test', 'http://a.test', false],
    ['https://a.test', 'https://b.a.test', false],
    ['https://a.test', 'https://aXtest', false],
    ['https://a.test', 'https://a.test.evil.test', false],
    ['https://A.test', 'https://a.test', true],
    // Without a port it is that of the scheme.
    ['https://a.test', 'https://a.test:443', true],
    ['https://a.test:443', 'https://a.test', true],
    ['http://a.test:80', 'http://a.test', true],
    ['http://a.test', 'http://a.test:443', false],
    ['https://a.test', 'https://a.test:8443', false],
    ['https://a.test:8443', 'https://a.test:8443', true],
    ['https://a.test:8443', 'https://a.test', false],
    // A wildcard is any number of labels to its left, of at least one character.
    ['https://*.a.test', 'https://b.a.test', true],
    ['https://*.a.test', 'https://c.b.a.test', true],
    ['https://*.a.test', 'https://a.test', false],
    ['https://*.a.test', 'https://evila.test', false],
    ['https://*.a.test', 'https://b.a.test:8443', false],
    ['https://*.a.test:8443', 'https://b.a.test:8443', true],
    ['https://*.a.test', 'https://evil.test:443/.a.test', false],
    ['https://*', 'https://any.test', true],
    ['https://*', 'https://[::1]', true],
    ['https://*', 'http://any.test', false],
    ['https://*', 'https://any.test:8443', false],
    ['https://*:8443', 'https://any.test:8443', true],
    // All, the opaque one included.
    ['*', 'https://any.test:12345', true],
    ['*', 'null', true],
    ['https://*', 'null', false],
  ])('%s: %s is %s', (allowed, origin, expected) => {
    expect(allows(allowed, origin)).toBe(expected);
  });

  it('are none when none is given', () => {
    const s = withCors('allowMethods: [PUT]');
    expect(preflight(s, 'https://a.test')).toEqual({ status: 403, headers: {} });
    expect(answered(s, 'https://a.test')).toEqual({});
  });
});

describe('a CORS preflight', () => {
  const ORIGIN = { 'access-control-allow-origin': 'https://a.test' };
  const all = `allowOrigins: ["https://a.test", "https://*.b.test"], allowMethods: [GET, PUT], allowHeaders: [X-One, x-two],
    exposeHeaders: [x-three], allowCredentials: true, maxAge: 3600`;

  it('from an origin that is allowed is told everything', () => {
    expect(preflight(withCors(all), 'https://a.test')).toEqual({
      status: 200,
      headers: {
        ...ORIGIN,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-three',
        'access-control-allow-methods': 'GET, PUT',
        'access-control-allow-headers': 'X-One, x-two',
        'access-control-max-age': '3600',
      },
    });
  });

  it('from another is told nothing', () => {
    expect(preflight(withCors(all), 'https://evil.test')).toEqual({ status: 403, headers: {} });
  });

  it('may be kept for 5 s unless told otherwise', () => {
    expect(preflight(withCors('allowOrigins: ["*"]'), 'https://a.test')).toEqual({
      status: 200,
      headers: { ...ORIGIN, 'access-control-max-age': '5' },
    });
  });

  it.each(['true', 'false'])(
    'is told by * what it asks for and never *; nothing of headers when it asks for none (credentials %s)',
    (credentials) => {
      const s = withCors(
        `allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"], allowCredentials: ${credentials}`,
      );
      expect(preflight(s, 'https://a.test', { 'access-control-request-headers': 'x-a, x-b' })).toMatchObject({
        headers: {
          ...ORIGIN,
          'access-control-allow-methods': 'PUT',
          'access-control-allow-headers': 'x-a, x-b',
        },
      });
      expect(preflight(s, 'https://a.test')).not.toHaveProperty(['headers', 'access-control-allow-headers']);
    },
  );

  it('is an OPTIONS request with an origin and the method it asks for; any other is forwarded', () => {
    const s = withCors(all);
    const plain = s.evaluate('http://h/', { method: 'OPTIONS', headers: [['origin', 'https://a.test']] });
    expect(plain.outcome.kind).toBe('forward');
    const asks = [['access-control-request-method', 'PUT']] as const;
    expect(s.evaluate('http://h/', { method: 'OPTIONS', headers: asks }).outcome.kind).toBe('forward');
    expect(s.evaluate('http://h/', { headers: [...asks, ['origin', 'https://a.test']] }).outcome.kind).toBe('forward'); // prettier-ignore
  });

  it('is answered where no backend would be, and where requests are redirected', () => {
    const redirect = `{ type: RequestRedirect, requestRedirect: { hostname: n.test } }, { type: CORS, cors: { ${all} } }`;
    for (const s of [
      withCors(all, { backends: 'backendRefs: [{ name: missing, port: 80 }]' }),
      filtered(redirect, { backends: 'name: redirect' }),
    ]) {
      expect(preflight(s, 'https://a.test')).toMatchObject({ status: 200, headers: ORIGIN });
      expect(preflight(s, 'https://evil.test')).toMatchObject({ status: 403 });
    }
  });

  it('meets a rule for other methods as little as any OPTIONS request', () => {
    const s = withCors(all, { match: '{ method: GET }' });
    expect(preflight(s, 'https://a.test')).toBe('respond');
    expect(answered(s, 'https://a.test')).toMatchObject(ORIGIN);
  });
});

describe('the answer to a request of another origin', () => {
  it('names the origin, credentials only when allowed, and the headers that may be read', () => {
    const fields = 'allowOrigins: ["*"], exposeHeaders: [x-a, "*"]';
    expect(answered(withCors(fields), 'https://a.test')).toEqual({
      'access-control-allow-origin': 'https://a.test',
      'access-control-expose-headers': 'x-a, *',
    });
    // With credentials * would be the name of a header; the API forbids it.
    expect(answered(withCors(`${fields}, allowCredentials: true`), 'https://a.test')).toEqual({
      'access-control-allow-origin': 'https://a.test',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-a',
    });
    expect(answered(withCors('allowOrigins: ["https://a.test"]'), 'https://evil.test')).toEqual({});
  });
});
