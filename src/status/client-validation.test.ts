import { describe, expect, it } from '@jest/globals';
import { caConfigMap } from '../routing/testing/backend-tls.js';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE, tlsSecret, TWO } from '../routing/testing/key-pair.js';
import { gateway, HTTP } from '../routing/testing/yaml.js';
import { gatewayOf, listenerOf, said } from './testing/statuses.js';

// Conformance: GatewayFrontendInvalidDefaultClientCertificateValidation, GatewayInvalidFrontendClientCertificateValidation,
// GatewayFrontendClientCertificateValidationInsecureFallback.

const https = (name: string, port: number, hostname = ''): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTPS, ${hostname === '' ? '' : `hostname: "${hostname}", `}tls: { certificateRefs: [{ name: cert }] } }`;
const ref = (kind: string, name: string, namespace = 'default'): string =>
  `{ group: "", kind: ${kind}, name: ${name}, namespace: ${namespace} }`;
const asked = (ca: string, mode = 'AllowValidOnly'): string =>
  `{ validation: { caCertificateRefs: [${ca}], mode: ${mode} } }`;
const world = (frontend: string): Scenario =>
  given(
    `${gateway(HTTP, https('a', 443), https('b', 8443))}  tls: { frontend: ${frontend} }\n` +
      tlsSecret('cert', ONE) +
      caConfigMap('ca', ONE),
  );
const conditions = (s: Scenario, listener: string) =>
  ['Accepted', 'ResolvedRefs', 'Programmed'].map(
    (type) => said(listenerOf(s, listener), type)?.split(':')[0],
  );

describe('an HTTPS listener whose clients cannot be verified', () => {
  it.each([
    [ref('ConfigMap', 'none'), 'InvalidCACertificateRef'],
    [ref('Secret', 'ca'), 'InvalidCACertificateKind'],
    [ref('ConfigMap', 'ca', 'far'), 'RefNotPermitted'],
  ])('by %s says so, is not accepted and not programmed; the others are', (ca, reason) => {
    const s = world(
      `{ default: ${asked(ref('ConfigMap', 'ca'))}, perPort: [{ port: 8443, tls: ${asked(ca)} }] }`,
    );
    expect(conditions(s, 'b')).toEqual(['False NoValidCACertificate', `False ${reason}`, 'False Invalid']);
    for (const other of ['http', 'a'])
      expect(conditions(s, other)).toEqual(['True Accepted', 'True ResolvedRefs', 'True Programmed']);
    expect(said(gatewayOf(s), 'Accepted')).toBe('True ListenersNotValid');
  });

  it('names the reference and what is wrong with it', () => {
    const s = world(`{ default: ${asked(ref('ConfigMap', 'none'))} }`);
    expect(said(listenerOf(s, 'a'), 'ResolvedRefs')).toBe(
      'False InvalidCACertificateRef: spec.tls.frontend.default.validation.caCertificateRefs[0]: ConfigMap default/none does not exist',
    );
  });
});

describe('InsecureFrontendValidationMode of a Gateway', () => {
  it.each([
    [`{ default: ${asked(ref('ConfigMap', 'ca'))} }`, undefined],
    [`{ default: ${asked(ref('ConfigMap', 'ca'), 'AllowInsecureFallback')} }`, 'True ConfigurationChanged'],
    [
      `{ default: {}, perPort: [{ port: 8443, tls: ${asked(ref('ConfigMap', 'ca'), 'AllowInsecureFallback')} }] }`,
      'True ConfigurationChanged',
    ],
  ])('with frontend %s is %s', (frontend, expected) => {
    expect(said(gatewayOf(world(frontend)), 'InsecureFrontendValidationMode')).toBe(expected);
  });
});

describe('OverlappingTLSConfig of a listener', () => {
  const overlap = (s: Scenario, ...names: readonly string[]) =>
    names.map((name) => said(listenerOf(s, name), 'OverlappingTLSConfig'));

  it('is for certificates where two listeners of a port have one for the same name', () => {
    const s = given(
      gateway(https('a', 443, 'a.test'), https('b', 443, 'b.test'), https('far', 8443, 'a.test')) +
        tlsSecret('cert', ONE),
    );
    expect(overlap(s, 'a', 'b', 'far')).toEqual([
      'True OverlappingCertificates',
      'True OverlappingCertificates',
      undefined,
    ]);
  });

  it('is for hostnames where only those overlap, and absent where nothing does', () => {
    const other = https('b', 443, 'b.test').replace('name: cert', 'name: other');
    const s = given(
      gateway(https('a', 443, '*.test'), other) + tlsSecret('cert', ONE) + tlsSecret('other', TWO),
    );
    expect(overlap(s, 'a', 'b')).toEqual(['True OverlappingHostnames', 'True OverlappingHostnames']);
    s.change(gateway(https('a', 443, 'a.test'), other));
    expect(overlap(s, 'a', 'b')).toEqual([undefined, undefined]);
  });

  it('names a few of many', () => {
    const listeners = Array.from({ length: 20 }, (_, i) => https(`l${i}`, 443, `h${i}.test`));
    const s = given(gateway(https('any', 443), ...listeners) + tlsSecret('cert', ONE));
    const { message } =
      listenerOf(s, 'any').conditions.find(({ type }) => type === 'OverlappingTLSConfig') ?? {};
    expect(message).toContain(
      'that of listener l0, l1, l2, l3, l4, l5, l6, l7 and more than 8 further listeners',
    );
  });
});
