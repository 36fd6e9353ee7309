import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE, tlsSecret, TWO } from '../routing/testing/key-pair.js';
import { gateway, HTTP } from '../routing/testing/yaml.js';
import { gatewayOf, said } from './testing/statuses.js';

// Conformance: GatewayInvalidTLSBackendConfiguration.

const presenting = (ref: string): string =>
  `${gateway(HTTP)}  tls: { backend: { clientCertificateRef: ${ref} } }\n`;
const resolved = (s: Scenario): string | undefined => said(gatewayOf(s), 'ResolvedRefs');
const GRANT = `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }], to: [{ group: "", kind: Secret }] }
`;

describe("a Gateway's client certificate for backends", () => {
  it('is resolved when it is there, and nothing is said without', () => {
    expect(resolved(given(gateway(HTTP)))).toBeUndefined();
    const s = given(presenting('{ name: c }') + tlsSecret('c', ONE));
    expect(resolved(s)).toBe('True ResolvedRefs');
    expect(s.fleet().clientCertificate).toBe('secret/default/c');
    expect([...s.fleet().certificates.keys()]).toEqual(['secret/default/c']);
  });

  it.each([
    ['is missing', ''],
    ['does not fit its key', tlsSecret('c', { ...ONE, key: TWO.key })],
  ])('that %s is InvalidClientCertificateRef, and the Gateway is accepted', (_, secret) => {
    const s = given(presenting('{ name: c }') + secret);
    expect(resolved(s)).toContain('False InvalidClientCertificateRef: spec.tls.backend.clientCertificateRef');
    expect(said(gatewayOf(s), 'Accepted')).toBe('True Accepted');
    expect([s.fleet().clientCertificate, s.fleet().certificates.size]).toEqual([undefined, 0]);
  });

  it('in another namespace needs a grant', () => {
    const s = given(presenting('{ name: c, namespace: far }') + tlsSecret('c', ONE, 'far'));
    expect(resolved(s)).toContain('False RefNotPermitted');
    expect(resolved(s.change(GRANT))).toBe('True ResolvedRefs');
    expect(s.remove('ReferenceGrant', 'g', 'far').fleet().clientCertificate).toBeUndefined();
  });
});
