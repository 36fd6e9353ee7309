import type { KeyPair } from './key-pair.js';

export interface PolicyOptions {
  readonly hostname?: string;
  readonly section?: string;
  /** YAML flow sequence; default: the ConfigMap `ca`. */
  readonly cas?: string;
  /** `wellKnownCACertificates` instead. */
  readonly known?: string;
  /** YAML flow sequence of subjectAltNames. */
  readonly names?: string;
  readonly created?: string;
}

/** A BackendTLSPolicy for a Service of namespace default. */
export function policy(
  name: string,
  service: string,
  { hostname = 'a.test', section, cas, known, names, created }: PolicyOptions = {},
): string {
  const authority =
    known === undefined
      ? `caCertificateRefs: ${cas ?? '[{ group: "", kind: ConfigMap, name: ca }]'}`
      : `wellKnownCACertificates: ${known}`;
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: ${name}, ${created === undefined ? '' : `creationTimestamp: "${created}"`} }
spec:
  targetRefs: [{ group: "", kind: Service, name: ${service}${section === undefined ? '' : `, sectionName: ${section}`} }]
  validation: { hostname: ${hostname}, ${authority}${names === undefined ? '' : `, subjectAltNames: ${names}`} }
`;
}

/** Its `ca.crt` is the certificate of the pair. */
export function caConfigMap(
  name: string,
  { certificate }: Pick<KeyPair, 'certificate'>,
  namespace = 'default',
): string {
  return `---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: ${namespace} }
data: { ca.crt: ${JSON.stringify(certificate)} }
`;
}

/** It trusts the certificate of the pair. */
export function trustBundle(name: string, { certificate }: Pick<KeyPair, 'certificate'>): string {
  return `---
apiVersion: certificates.k8s.io/v1beta1
kind: ClusterTrustBundle
metadata: { name: ${name} }
spec: { trustBundle: ${JSON.stringify(certificate)} }
`;
}
