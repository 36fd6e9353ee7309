import { describe, expect, it } from '@jest/globals';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { ODD_CURVE, ONE, tlsSecret, TWO, WEAK } from './testing/key-pair.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

const https = (name: string, hostname?: string, refs = '{ name: cert }'): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, ${hostname === undefined ? '' : `hostname: "${hostname}", `}tls: { certificateRefs: [${refs}] } }`;

function verdicts(s: Scenario, name: string): readonly string[] {
  const { accepted, conflicted, resolvedRefs, served } = s.listener(name);
  return [reasonOf(accepted), reasonOf(conflicted), reasonOf(resolvedRefs), served ? 'served' : 'not served'];
}

describe('HTTPS listeners', () => {
  it('are chosen by server name: exact, the longest wildcard, then the one without a hostname', () => {
    const s = given(
      gateway(https('any'), https('wild', '*.example.com'), https('own', 'a.example.com')) +
        tlsSecret('cert', ONE) +
        services('any', 'wild', 'own') +
        ['any', 'wild', 'own']
          .map((l) => route(l, { parent: `{ name: gw, sectionName: ${l} }` }, to(l)))
          .join(''),
    );
    expect(s.meets('https://a.example.com/')).toBe('default/own:80');
    expect(s.meets('https://x.b.example.com/')).toBe('default/wild:80');
    expect(s.meets('https://other.test/')).toBe('default/any:80');
    expect(s.meets('https://other.test/', { sni: '' })).toBe('default/any:80');
    expect(s.fleet().ports[0]?.tables.map(({ name }) => name)).toEqual([
      'gateway/default/gw/443/any',
      'gateway/default/gw/443/wild',
      'gateway/default/gw/443/own',
    ]);
  });

  it('take no connection for another server name, nor plain text', () => {
    const s = given(
      gateway(https('own', 'a.example.com')) +
        tlsSecret('cert', ONE) +
        services('a') +
        route('r', {}, to('a')),
    );
    expect(s.meets('https://b.example.com/')).toBe('refused');
    expect(s.meets('http://a.example.com/', { port: 443 })).toBe('refused');
    expect(s.meets('https://a.example.com/')).toBe('default/a:80');
    expect(s.meets('https://b.example.com/', { sni: 'a.example.com' })).toBe('404');
  });

  it.each([
    ['does not exist', () => '', 'InvalidCertificateRef'],
    [
      'is no PEM',
      () => tlsSecret('cert', { certificate: 'nonsense', key: 'nonsense' }),
      'InvalidCertificateRef',
    ],
    [
      'holds the key of another certificate',
      () => tlsSecret('cert', { ...ONE, key: TWO.key }),
      'InvalidCertificateRef',
    ],
    ['has a key that Envoy finds too short', () => tlsSecret('cert', WEAK), 'InvalidCertificateRef'],
    ['is on a curve that Envoy does not know', () => tlsSecret('cert', ODD_CURVE), 'InvalidCertificateRef'],
  ])('a certificate that %s costs that listener alone; its routes still count', (_what, yaml, reason) => {
    const s = given(gateway(HTTP, https('tls')) + yaml() + services('a') + route('r', {}, to('a')));
    expect(verdicts(s, 'tls')).toEqual(['True', 'True', reason, 'not served']);
    expect(s.listener('tls').attachedRoutes).toBe(1);
    expect(s.meets('https://h/')).toBe('refused');
    expect(s.meets('http://h/')).toBe('default/a:80');
    expect(reasonOf(s.gateway().accepted)).toBe('True');
  });

  it('a good certificate beside a bad one is served', () => {
    const s = given(
      gateway(https('tls', undefined, '{ name: none }, { name: cert }')) + tlsSecret('cert', ONE),
    );
    expect(verdicts(s, 'tls')).toEqual(['True', 'True', 'InvalidCertificateRef', 'served']);
    expect([...s.fleet().certificates.keys()]).toEqual(['secret/default/cert']);
  });

  it('a certificate of another namespace needs a grant, whether it exists or not', () => {
    const s = given(gateway(https('tls', undefined, '{ name: cert, namespace: certs }')));
    expect(verdicts(s, 'tls')[2]).toBe('RefNotPermitted');
    s.change(tlsSecret('cert', ONE, 'certs'));
    expect(verdicts(s, 'tls')[2]).toBe('RefNotPermitted');
    s.change(`
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: certs }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }]
  to: [{ group: "", kind: Secret }]
`);
    expect(verdicts(s, 'tls')).toEqual(['True', 'True', 'True', 'served']);
    s.remove('ReferenceGrant', 'g', 'certs');
    expect(s.fleet().certificates.size).toBe(0);
  });

  it('that are refused keep their hosts: no wider listener serves what it was meant to', () => {
    const s = given(
      gateway(https('wide', '*.example.com'), https('narrow', 'a.example.com', '{ name: none }')) +
        tlsSecret('cert', ONE) +
        services('a') +
        route('r', { hostnames: ['a.example.com', '*.example.com'] }, to('a')),
    );
    expect(verdicts(s, 'narrow')[3]).toBe('not served');
    expect(s.meets('https://a.example.com/')).toBe('404');
    expect(s.meets('https://b.example.com/')).toBe('default/a:80');
    s.change(tlsSecret('none', TWO));
    expect(s.meets('https://a.example.com/')).toBe('default/a:80');
  });
});

describe('conflicts within a Gateway have no winner', () => {
  it('two protocols on a port', () => {
    const s = given(
      gateway(HTTP, https('tls').replace('443', '80'), '{ name: good, port: 81, protocol: HTTP }') +
        tlsSecret('cert', ONE),
    );
    expect(verdicts(s, 'http')).toEqual(['True', 'ProtocolConflict', 'True', 'not served']);
    expect(verdicts(s, 'tls')).toEqual(['True', 'ProtocolConflict', 'True', 'not served']);
    expect(verdicts(s, 'good')[3]).toBe('served');
    expect(s.fleet().ports.map(({ port }) => port)).toEqual([81]);
  });

  it('TCP with HTTP', () => {
    const s = given(gateway(HTTP, '{ name: tcp, port: 80, protocol: TCP }'));
    expect(verdicts(s, 'http')[1]).toBe('ProtocolConflict');
    expect(verdicts(s, 'tcp')).toEqual(['True', 'ProtocolConflict', 'True', 'not served']);
    expect(reasonOf(s.gateway().accepted)).toBe('ListenersNotValid');
    expect(s.fleet().ports).toEqual([]);
  });

  it('and nobody else serves their host', () => {
    const listener = (name: string, hostname: string): string =>
      `{ name: ${name}, port: 80, protocol: HTTP, hostname: "${hostname}" }`;
    const s = given(
      gateway(HTTP, listener('wide', '*.example.com'), listener('one', 'a.example.com')) +
        services('a') +
        route('r', {}, to('a')),
    );
    const written = s.get('Gateway', 'gw');
    const twin = { name: 'two', port: 80, protocol: 'HTTP', hostname: 'A.example.com' };
    s.put({ ...written, spec: { ...written.spec, listeners: [...written.spec.listeners, twin] } });
    expect(verdicts(s, 'one')[1]).toBe('HostnameConflict');
    expect(s.meets('http://a.example.com/')).toBe('404');
    expect(s.meets('http://b.example.com/')).toBe('default/a:80');
  });

  it('distinct hostnames on one port are none', () => {
    const s = given(gateway(HTTP, '{ name: b, port: 80, protocol: HTTP, hostname: b.test }'));
    expect(['http', 'b'].map((name) => s.listener(name).served)).toEqual([true, true]);
  });
});

describe('what a listener takes', () => {
  it('a protocol that is not supported takes no routes', () => {
    const s = given(
      gateway(HTTP, '{ name: own, port: 53, protocol: example.test/own }') +
        services('a') +
        route('r', { parent: '{ name: gw, sectionName: own }' }, to('a')),
    );
    expect(verdicts(s, 'own')).toEqual(['UnsupportedProtocol', 'True', 'True', 'not served']);
    expect(s.listener('own').supportedKinds).toEqual([]);
    expect(reasonOf(s.parent('r').accepted)).toBe('NotAllowedByListeners');
  });

  it('kinds that are not supported are told, the others taken', () => {
    const s = given(
      gateway(
        '{ name: http, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: HTTPRoute }, { kind: TCPRoute }] } }',
      ),
    );
    expect(verdicts(s, 'http')).toEqual(['True', 'True', 'InvalidRouteKinds', 'served']);
    expect(s.listener('http').supportedKinds.map(({ kind }) => kind)).toEqual(['HTTPRoute']);
  });

  it('a port that is still being asked for is not served, and nobody has refused it', () => {
    const asking = {
      fleet: 'default/gw',
      addresses: ['127.0.0.1'],
      ports: {},
      grantsPorts: true,
      portOffset: 0,
    };
    const s = given(gateway(HTTP)).observe(asking);
    expect(verdicts(s, 'http')).toEqual(['True', 'True', 'True', 'not served']);
    expect(verdicts(s.observe({ ...asking, ports: { 80: { bound: true } } }), 'http')).toEqual([
      'True',
      'True',
      'True',
      'served',
    ]);
  });

  it('a port that cannot be had is that listener, in the words of who tried', () => {
    const s = given(gateway(HTTP, '{ name: alt, port: 81, protocol: HTTP }'));
    s.observe({
      fleet: 'default/gw',
      addresses: ['127.0.0.1'],
      portOffset: 1000,
      ports: { 80: { bound: false, reason: 'PortUnavailable', message: 'in use' } },
    });
    expect(verdicts(s, 'http')).toEqual(['PortUnavailable', 'True', 'True', 'not served']);
    expect(s.fleet().ports.map(({ port, bindPort }) => [port, bindPort])).toEqual([[81, 1081]]);
  });
});
