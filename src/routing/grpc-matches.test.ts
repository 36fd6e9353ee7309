import { describe, expect, it } from '@jest/globals';
import { CHECKS } from './checks.js';
import { translateGrpcMatch } from './grpc-matches.js';
import { reasonOf, given } from './testing/given.js';
import { callsTo, gateway, grpcRoute, HTTP, service, services } from './testing/yaml.js';

const one = (method: string) =>
  given(gateway(HTTP) + services('a') + grpcRoute('r', {}, callsTo('a', method)));

describe('a match of a GRPCRoute', () => {
  it.each([
    ['', ['/x.Y/Z', '/other/Z'], []],
    ['{ service: x.Y, method: Z }', ['/x.Y/Z'], ['/x.Y/ZZ', '/x.Y/z', '/xxY/Z', '/x.Y']],
    ['{ service: x.Y }', ['/x.Y/Z', '/x.Y/A'], ['/x.YY/Z', '/x/Z']],
    ['{ method: Z }', ['/x.Y/Z', '/a/Z'], ['/x.Y/ZZ', '/Z']],
    ['{ type: RegularExpression, service: "x[.]Y+", method: Z|A }', ['/x.Y/Z', '/x.YY/A'], ['/x.Y/B']],
    ['{ type: RegularExpression, service: "x.*" }', ['/x.Y/Z', '/x/A'], ['/y.x/Z']],
    ['{ type: RegularExpression, method: "(?i)z" }', ['/x/Z', '/X/z'], ['/x/zz']],
    ['{ type: RegularExpression, service: "^x$", method: "^a|b$" }', ['/x/a', '/x/b'], ['/x/ab', '/xx/a']],
    ['{ type: RegularExpression, service: "", method: Z }', ['/x/Z'], ['/x/A']],
  ])('%s takes the calls of its service and method alone', (method, taken, missed) => {
    const s = one(method);
    for (const path of taken) expect([path, s.calls(`http://h.test${path}`)]).toEqual([path, 'default/a:80']);
    for (const path of missed)
      expect([path, s.calls(`http://h.test${path}`)]).toEqual([path, 'UNIMPLEMENTED']);
  });

  it.each([
    ['application/grpc', 'default/a:80'],
    ['application/grpc+proto', 'default/a:80'],
    ['application/grpc;charset=utf-8', '404'],
    ['application/grpc-web', '404'],
    ['application/json', '404'],
  ])('takes calls alone: of content-type %s', (type, met) => {
    expect(one('').meets('http://h.test/x/Y', { headers: [['content-type', type]] })).toBe(met);
  });

  it('on headers takes calls that carry them', () => {
    const rule = `{ matches: [{ method: { service: x }, headers: [{ name: Color, value: blue }, { name: n, type: RegularExpression, value: "[0-9]+" }] }], backendRefs: [{ name: a, port: 80 }] }`;
    const s = given(gateway(HTTP) + services('a') + grpcRoute('r', {}, rule));
    const blue = [
      ['color', 'blue'],
      ['n', '7'],
    ] as const;
    expect(s.calls('http://h.test/x/Y', { headers: blue })).toBe('default/a:80');
    expect(s.calls('http://h.test/x/Y', { headers: blue.slice(0, 1) })).toBe('UNIMPLEMENTED');
  });

  it.each([
    ['{ type: RegularExpression, service: "x(?=y)" }', '/any/Z', '/any/Z'],
    ['{ type: RegularExpression, service: "x+", method: "(?=y)" }', '/xx/Z', '/y/Z'],
    ['{ type: RegularExpression, service: "a)(?:b", method: Z }', '/any/Z', '/any/A'],
    ['{ type: RegularExpression, service: "\\\\Qa", method: Z }', '/any/Z', '/any/Z'],
  ])(
    'that cannot be expressed, %s, is refused, and what it may have meant goes nowhere else',
    (method, hit) => {
      const s = given(
        gateway(HTTP) + services('a', 'b') + grpcRoute('r', {}, callsTo('a', method), callsTo('b')),
      );
      expect(s.calls(`http://h.test${hit}`)).toBe('UNAVAILABLE');
      expect(s.parent('r').partiallyInvalid).toMatchObject({
        reason: 'UnsupportedValue',
        at: 'spec.rules[0].matches[0].method',
      });
    },
  );

  it('whose parts are well-formed but not together is refused', () => {
    const { refusals } = translateGrpcMatch(
      { method: { type: 'RegularExpression', service: '\\Qa', method: 'b' } },
      'm',
      CHECKS,
    );
    expect(refusals.map(({ at }) => at)).toEqual(['m.method']);
  });
});

describe('precedence of calls', () => {
  it.each([
    ['the longer service', '{ service: a.b.c }', '{ type: RegularExpression, service: "a.*", method: D }'],
    ['service before method', '{ service: a.b.c }', '{ method: D }'],
    ['service and method before service', '{ service: a.b.c, method: D }', '{ service: a.b.c }'],
    ['exact before regular expression', '{ service: a.b.c, method: D }', '{ type: RegularExpression, service: "a[.]b[.]c", method: DD* }'], // prettier-ignore
    ['regular expression before any', '{ type: RegularExpression, method: "[D]" }', ''],
    ['the longer expression', '{ type: RegularExpression, service: "a[.]b[.]." }', '{ type: RegularExpression, service: "a.*" }'], // prettier-ignore
  ])('across routes: %s', (_what, wins, loses) => {
    const s = given(
      gateway(HTTP) +
        services('win', 'lose') +
        grpcRoute('a', {}, callsTo('lose', loses)) +
        grpcRoute('b', {}, callsTo('win', wins)),
    );
    expect(s.calls('http://h.test/a.b.c/D')).toBe('default/win:80');
  });

  it('of equal methods more headers win, then the older route, then namespace and name, then the first rule', () => {
    const withHeader = `{ matches: [{ method: { service: x }, headers: [{ name: h, value: v }] }], backendRefs: [{ name: b, port: 80 }] }`;
    const x = '{ service: x }';
    const s = given(
      gateway(HTTP) +
        services('a', 'b', 'c', 'd') +
        grpcRoute('q', {}, callsTo('c', x), withHeader) +
        grpcRoute('p', {}, callsTo('a', x), callsTo('d', x)),
    );
    expect(s.calls('http://h.test/x/Y', { headers: [['h', 'v']] })).toBe('default/b:80');
    expect(s.calls('http://h.test/x/Y')).toBe('default/a:80');
    const aged = s.get('GRPCRoute', 'q');
    s.put({ ...aged, metadata: { ...aged.metadata, creationTimestamp: '2024-01-01T00:00:00Z' } });
    expect(s.calls('http://h.test/x/Y')).toBe('default/c:80');
  });
});

describe('a backend of a GRPCRoute', () => {
  it.each([undefined, 'http', 'kubernetes.io/h2c', 'kubernetes.io/ws', 'grpc', 'example.com/odd'])(
    'is spoken to with HTTP/2 whatever its appProtocol says: %s',
    (protocol) => {
      const s = given(gateway(HTTP) + service('a', 'default', protocol) + grpcRoute('r', {}, callsTo('a')));
      expect([...s.fleet().clusters.values()].map((cluster) => cluster.protocol)).toEqual(['http2']);
      expect(reasonOf(s.parent('r').resolvedRefs)).toBe('True');
    },
  );

  it.each(['https', 'kubernetes.io/wss', 'grpcs'])(
    'that asks for TLS, %s, never gets clear text',
    (protocol) => {
      const s = given(gateway(HTTP) + service('a', 'default', protocol) + grpcRoute('r', {}, callsTo('a')));
      expect(s.calls('http://h.test/x/Y')).toBe('UNAVAILABLE');
      expect(reasonOf(s.parent('r').resolvedRefs)).toBe('UnsupportedProtocol');
    },
  );
});
