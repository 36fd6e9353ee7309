// What the tests of client certificates write, as a user would.
import { tlsSecret } from '../harness/yaml.js';
import type { KeyPair } from '../harness/authority.js';

/** HTTPS listeners of Gateway `edge`, one a port, beside one for clear text. */
export const PORTS = { usual: 8443, own: 9443, open: 10443, plain: 8080 } as const;

/** @param frontend YAML flow mapping: `spec.tls.frontend` */
export function edge(frontend: string): string {
  const https = (['usual', 'own', 'open'] as const).map(
    (name) =>
      `  - { name: ${name}, port: ${PORTS[name]}, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }`,
  );
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
  - { name: plain, port: ${PORTS.plain}, protocol: HTTP }
${https.join('\n')}
${frontend === '' ? '' : `  tls: { frontend: ${frontend} }`}
`;
}

/** YAML flow mapping of a validation. */
export function validation(refs: readonly string[], mode = 'AllowValidOnly'): string {
  return `{ validation: { caCertificateRefs: [${refs.join(', ')}], mode: ${mode} } }`;
}

export function configMapRef(name: string, namespace?: string): string {
  return `{ group: "", kind: ConfigMap, name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }`;
}

export function bundleRef(name: string): string {
  return `{ group: certificates.k8s.io, kind: ClusterTrustBundle, name: "${name}" }`;
}

export function trustBundle(
  name: string,
  certificates: readonly string[],
  version: 'v1' | 'v1beta1' | 'v1alpha1' = 'v1',
): string {
  return `
apiVersion: certificates.k8s.io/${version}
kind: ClusterTrustBundle
metadata: { name: "${name}" }
spec: { trustBundle: ${JSON.stringify(certificates.join('\n'))} }
`;
}

export function serving(pair: KeyPair): string {
  return tlsSecret('cert', pair.certificate, pair.key);
}
