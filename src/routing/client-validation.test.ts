import { describe, expect, it } from '@jest/globals';
import { clientPermit } from './client-validation.js';
import { isStillPermitted } from './permits.js';
import { caConfigMap, policy, trustBundle } from './testing/backend-tls.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { ONE, tlsSecret, TWO } from './testing/key-pair.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

const https = (name: string, port = 443): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }`;
const configMap = (name: string, namespace?: string): string =>
  `{ group: "", kind: ConfigMap, name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }`;
const bundle = (name: string): string =>
  `{ group: certificates.k8s.io, kind: ClusterTrustBundle, name: ${name} }`;
const validation = (...refs: readonly string[]): string =>
  `{ validation: { caCertificateRefs: [${refs.join(', ')}] } }`;
const fallback = (...refs: readonly string[]): string =>
  `{ validation: { mode: AllowInsecureFallback, caCertificateRefs: [${refs.join(', ')}] } }`;

/** Listeners on 443 and 8443 beside one for clear text. @param frontend YAML flow mapping */
const edge = (frontend: string): string =>
  `${gateway(HTTP, https('a'), https('b', 8443))}  tls: { frontend: ${frontend} }\n`;
const world = (frontend: string): Scenario =>
  given(
    edge(frontend) +
      tlsSecret('cert', ONE) +
      caConfigMap('one', ONE) +
      caConfigMap('two', TWO) +
      trustBundle('roots', TWO) +
      services('s') +
      route('r', {}, to('s')),
  );

const asked = (s: Scenario, name: string): string => {
  const { clientValidation } = s.listener(name);
  return clientValidation === undefined ? 'nothing' : `${clientValidation.mode} ${clientValidation.ca}`;
};
const verdicts = (s: Scenario, name: string): readonly string[] => {
  const { accepted, resolvedRefs, served } = s.listener(name);
  return [reasonOf(accepted), reasonOf(resolvedRefs), served ? 'served' : 'not served'];
};

describe('validation of clients', () => {
  it('holds for every HTTPS listener by default, and for a port as that says', () => {
    const s = world(`{ default: ${validation(configMap('one'))} }`);
    expect([asked(s, 'a'), asked(s, 'b'), asked(s, 'http')]).toEqual([
      'AllowValidOnly ca/default/one',
      'AllowValidOnly ca/default/one',
      'nothing',
    ]);
    s.change(
      edge(
        `{ default: ${validation(configMap('one'))}, perPort: [{ port: 8443, tls: ${fallback(configMap('two'))} }] }`,
      ),
    );
    expect([asked(s, 'a'), asked(s, 'b')]).toEqual([
      'AllowValidOnly ca/default/one',
      'AllowInsecureFallback ca/default/two',
    ]);
    s.change(edge(`{ default: ${validation(configMap('one'))}, perPort: [{ port: 8443, tls: {} }] }`));
    expect([asked(s, 'a'), asked(s, 'b')]).toEqual(['AllowValidOnly ca/default/one', 'nothing']);
    expect(s.fleet().bundles.get('ca/default/one')?.certificates).toBe(ONE.certificate);
  });

  it('is by all CAs that several references name, whatever their order', () => {
    const s = world(`{ default: ${validation(bundle('roots'), configMap('two'), configMap('one'))} }`);
    const name = 'ca/ClusterTrustBundle/roots,default/one+two';
    expect(asked(s, 'a')).toBe(`AllowValidOnly ${name}`);
    expect(s.fleet().bundles.get(name)?.certificates).toBe(TWO.certificate + ONE.certificate);
    const listener = s.listener('a');
    s.change(edge(`{ default: ${validation(configMap('one'), bundle('roots'), configMap('two'))} }`));
    expect(s.listener('a')).toBe(listener);
  });

  it.each([
    ['does not exist', configMap('none'), 'InvalidCACertificateRef'],
    ['is a bundle that does not exist', bundle('none'), 'InvalidCACertificateRef'],
    ['is of another kind', '{ group: "", kind: Secret, name: cert }', 'InvalidCACertificateKind'],
    [
      'is a bundle of another group',
      '{ group: "", kind: ClusterTrustBundle, name: roots }',
      'InvalidCACertificateKind',
    ],
    ['is in another namespace', configMap('one', 'far'), 'RefNotPermitted'],
  ])('by a CA that %s alone refuses the listeners of that port alone', (_, ref, reason) => {
    const s = world(`{ default: {}, perPort: [{ port: 443, tls: ${validation(ref)} }] }`);
    expect(verdicts(s, 'a')).toEqual(['NoValidCACertificate', reason, 'not served']);
    expect(s.listener('a').resolvedRefs).toMatchObject({
      at: 'spec.tls.frontend.perPort[0].tls.validation.caCertificateRefs[0]',
    });
    expect(verdicts(s, 'b')).toEqual(['True', 'True', 'served']);
    expect(verdicts(s, 'http')).toEqual(['True', 'True', 'served']);
    expect(s.meets('https://h/')).toBe('refused');
    expect(s.fleet().bundles.size).toBe(0);
  });

  it.each(['', 'nonsense'])('by a CA that says "%s" lets nobody in until it says something sound', (text) => {
    const s = world(`{ default: ${validation(bundle('roots'), configMap('one'))} }`);
    s.remove('ConfigMap', 'one').change(trustBundle('roots', { certificate: text }));
    expect(verdicts(s, 'a')).toEqual(['NoValidCACertificate', 'InvalidCACertificateRef', 'not served']);
    s.change(trustBundle('roots', ONE));
    expect(verdicts(s, 'a')).toEqual(['True', 'InvalidCACertificateRef', 'served']);
  });

  it('goes on by the CAs that are good', () => {
    const s = world(
      `{ default: ${validation(configMap('one'), configMap('none'), configMap('two', 'far'))} }`,
    );
    expect(verdicts(s, 'a')).toEqual(['True', 'InvalidCACertificateRef', 'served']);
    expect([...s.fleet().bundles.values()].map(({ certificates }) => certificates)).toEqual([
      ONE.certificate,
    ]);
  });

  it('by a CA of another namespace holds as long as a grant does', () => {
    const s = world(`{ default: ${validation(configMap('one', 'far'))} }`).change(
      caConfigMap('one', ONE, 'far'),
    );
    expect(verdicts(s, 'a')[1]).toBe('RefNotPermitted');
    s.change(`
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }], to: [{ group: "", kind: ConfigMap }] }
`);
    expect(verdicts(s, 'a')).toEqual(['True', 'True', 'served']);
    expect(verdicts(s.remove('ReferenceGrant', 'g', 'far'), 'a')[0]).toBe('NoValidCACertificate');
  });

  it('as v1.1 wrote it is that of the port', () => {
    const older = gateway(
      HTTP,
      https('a').replace(
        'tls: {',
        `tls: { frontendValidation: { caCertificateRefs: [${configMap('one')}] },`,
      ),
    );
    const s = given(older + tlsSecret('cert', ONE) + caConfigMap('one', ONE));
    expect(asked(s, 'a')).toBe('AllowValidOnly ca/default/one');
  });

  it('changes nothing but the bundle when a CA is rotated', () => {
    const s = world(`{ default: ${validation(configMap('one'))} }`);
    const { ports } = s.fleet();
    s.change(caConfigMap('one', TWO));
    expect(s.fleet().ports).toBe(ports);
    expect(s.fleet().bundles.get('ca/default/one')?.certificates).toBe(TWO.certificate);
  });

  it('refuses whoever has no valid certificate, unless it may fall back', () => {
    const s = world(`{ default: ${validation(configMap('one'))} }`);
    expect(s.meets('https://h/')).toBe('default/s:80');
    expect(s.meets('https://h/', { clientCertificate: 'none' })).toBe('refused');
    expect(s.meets('https://h/', { clientCertificate: 'invalid' })).toBe('refused');
    s.change(edge(`{ default: ${fallback(configMap('one'))} }`));
    expect(s.meets('https://h/', { clientCertificate: 'invalid' })).toBe('default/s:80');
  });
});

describe('what let clients in before', () => {
  const strict = (...names: readonly string[]): string =>
    `{ default: ${validation(...names.map((n) => configMap(n)))} }`;

  it.each([
    ['nothing was asked', '{ default: {} }', strict('one'), false],
    ['there was a fallback', `{ default: ${fallback(configMap('one'))} }`, strict('one'), false],
    ['it was by another CA', strict('two'), strict('one'), false],
    ['it was by one CA more', strict('one', 'two'), strict('one'), false],
    ['it was by one CA less', strict('one'), strict('one', 'two'), true],
    ['nothing changed', strict('one'), strict('one'), true],
    ['everyone is let in by now', strict('one'), `{ default: ${fallback(configMap('two'))} }`, true],
    ['nothing is asked by now', strict('one'), '{ default: {} }', true],
  ])('is still allowed, or not: %s', (_, before, after, allowed) => {
    const s = world(before);
    const permit = clientPermit(443, s.listener('a').clientValidation);
    expect(isStillPermitted(permit, s.fleet())).toBe(true);
    expect(isStillPermitted(permit, s.change(edge(after)).fleet())).toBe(allowed);
  });
});

describe('a port of which more is asked', () => {
  const strict = `{ default: ${validation(configMap('one'))} }`;
  const certs = tlsSecret('cert', ONE) + caConfigMap('one', ONE);
  const onPort = (frontend: string, ...listeners: readonly string[]): string =>
    `${gateway(...listeners)}  tls: { frontend: ${frontend} }\n`;
  const open = clientPermit(443, undefined);
  const passed = '{ name: pass, port: 443, protocol: TLS, hostname: p.test, tls: { mode: Passthrough } }';

  it('lets nobody in by what let everyone in, whatever its listeners are called by now, and whatever they speak', () => {
    const s = given(certs + onPort('{ default: {} }', https('a')));
    expect(isStillPermitted(open, s.fleet())).toBe(true);
    expect(isStillPermitted(open, s.change(onPort(strict, https('other'))).fleet())).toBe(false);
    const ends = https('other').replace('HTTPS', 'TLS');
    expect(isStillPermitted(open, s.change(onPort(strict, ends)).fleet())).toBe(false);
    expect(isStillPermitted(clientPermit(8443, undefined), s.fleet())).toBe(true);
  });

  it('lets nobody in while it cannot be done, though what hands TLS on is served', () => {
    const s = given(certs + onPort(strict, https('a'), passed));
    const byOne = clientPermit(443, s.listener('a').clientValidation);
    expect(isStillPermitted(byOne, s.fleet())).toBe(true);
    s.remove('ConfigMap', 'one');
    expect([s.listener('a').served, s.listener('pass').served]).toEqual([false, true]);
    expect([byOne, open].map((permit) => isStillPermitted(permit, s.fleet()))).toEqual([false, false]);
  });

  it('is open to what was there when nothing that ends TLS is left', () => {
    const s = given(certs + onPort(strict, passed));
    expect(isStillPermitted(open, s.fleet())).toBe(true);
  });
});

describe('a listener of protocol TLS', () => {
  const tls = (name: string, mode: string): string =>
    `{ name: ${name}, port: 443, protocol: TLS, hostname: ${name}.test, tls: { mode: ${mode}${mode === 'Terminate' ? ', certificateRefs: [{ name: cert }]' : ''} } }`;
  const world = (ref: string): Scenario =>
    given(
      `${gateway(tls('end', 'Terminate'), tls('pass', 'Passthrough'))}  tls: { frontend: { default: ${validation(ref)} } }\n` +
        tlsSecret('cert', ONE) +
        caConfigMap('one', ONE),
    );

  it('verifies clients where it ends TLS, and not where it hands it on', () => {
    const s = world(configMap('one'));
    expect([asked(s, 'end'), asked(s, 'pass')]).toEqual(['AllowValidOnly ca/default/one', 'nothing']);
    const streams = s.fleet().ports.flatMap((port) => port.streams);
    expect(streams.map(({ clientValidation }) => clientValidation?.ca)).toEqual([
      'ca/default/one',
      undefined,
    ]);
    expect(s.fleet().bundles.has('ca/default/one')).toBe(true);
  });

  it('that ends TLS is not served where nobody can be verified', () => {
    const s = world(configMap('none'));
    expect(verdicts(s, 'end')).toEqual(['NoValidCACertificate', 'InvalidCACertificateRef', 'not served']);
    expect(verdicts(s, 'pass')).toEqual(['True', 'True', 'served']);
  });
});

describe('a BackendTLSPolicy', () => {
  it('takes the CAs of a ClusterTrustBundle as those of a ConfigMap', () => {
    const cas = `[${bundle('roots')}, ${configMap('one')}]`;
    const s = given(
      gateway(HTTP) +
        services('s') +
        route('r', {}, to('s')) +
        trustBundle('roots', TWO) +
        policy('p', 's', { cas }),
    );
    const name = 'ca/ClusterTrustBundle/roots,default/one';
    expect(s.fleet().bundles.get(name)?.certificates).toBe(TWO.certificate);
    s.change(caConfigMap('one', ONE));
    expect(s.fleet().bundles.get(name)?.certificates).toBe(TWO.certificate + ONE.certificate);
    s.remove('ClusterTrustBundle', 'roots', '').remove('ConfigMap', 'one');
    expect(s.meets('http://h/')).toBe('500');
  });
});
