import { ONE } from '../../../routing/testing/key-pair.js';
import { object, type BadInput } from './bad-input.js';
import { tlsToService } from './tls-to-service.js';

/** A ClusterTrustBundle as the only CA of a BackendTLSPolicy. */
const bundle =
  (trustBundle: string, more = ''): BadInput['yaml'] =>
  (name, host) =>
    object(
      'certificates.k8s.io/v1beta1',
      'ClusterTrustBundle',
      name,
      `spec: { trustBundle: ${JSON.stringify(trustBundle)}${more} }`,
    ).replace(', namespace: default', '') +
    tlsToService(
      `{ hostname: a.test, caCertificateRefs: [{ group: certificates.k8s.io, kind: ClusterTrustBundle, name: ${name} }] }`,
      name,
      host,
    );

const UNUSABLE = {
  says: [
    'BackendTLSPolicy Accepted False NoValidCACertificate',
    'BackendTLSPolicy ResolvedRefs False InvalidCACertificateRef',
  ],
  meets: '500',
};

export const CLUSTER_TRUST_BUNDLES: readonly BadInput[] = [
  { is: 'that holds no PEM', yaml: bundle('certificate'), expected: UNUSABLE },
  { is: 'that is cut off', yaml: bundle(ONE.certificate.slice(0, 200)), expected: UNUSABLE },
  { is: 'that holds a key', yaml: bundle(ONE.key), expected: UNUSABLE },
  {
    is: 'that holds a damaged certificate beside a good one',
    yaml: bundle(ONE.certificate + ONE.certificate.replace('MIIB', 'MIIA')),
    expected: UNUSABLE,
  },
  { is: 'without a certificate', yaml: bundle(''), expected: UNUSABLE },
];
