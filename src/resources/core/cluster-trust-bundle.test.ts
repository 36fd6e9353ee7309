import { describe, expect, it } from '@jest/globals';
import { accepted, errorsOf, gatewayWith } from '../testing/faults.js';

const bundle = (name: string, spec: string, version = 'v1'): string => `
apiVersion: certificates.k8s.io/${version}
kind: ClusterTrustBundle
metadata: { name: "${name}" }
spec: ${spec}
`;

describe('a ClusterTrustBundle', () => {
  it.each(['v1', 'v1beta1', 'v1alpha1'])('of version %s is read as v1', (version) => {
    expect(accepted(bundle('roots', '{ trustBundle: x }', version))).toMatchObject({
      apiVersion: 'certificates.k8s.io/v1',
      spec: { trustBundle: 'x' },
    });
  });

  it.each([
    ['roots', '{ trustBundle: x }', []],
    ['example.com:ca:roots', '{ signerName: example.com/ca, trustBundle: x }', []],
    ['roots', '{ signerName: example.com/ca, trustBundle: x }', ['must start with example.com:ca:']],
    ['example.com:ca:roots', '{ trustBundle: x }', ["must not hold ':' without spec.signerName"]],
    ['roots', '{}', ['is required']],
    ['Roots', '{ trustBundle: x }', ['RFC 1123']],
  ])('named %s with spec %s: %j', (name, spec, faults) => {
    expect(errorsOf(bundle(name, spec))).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });

  it('is referred to without a namespace', () => {
    const yaml = `${gatewayWith('{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}')}
  tls: { frontend: { default: { validation: { caCertificateRefs: [{ group: certificates.k8s.io, kind: ClusterTrustBundle, name: a, namespace: b }] } } } }
`;
    expect(errorsOf(yaml)).toEqual([expect.stringContaining('must not specify namespace')]);
  });
});
