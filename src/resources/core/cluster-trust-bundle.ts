// ClusterTrustBundle: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#cluster-trust-bundles
import { report } from '../schema/findings.js';
import type { CoreKind } from './core-kind.js';

/**
 * The name begins with the signer's, if there is one; whether the text holds certificates is told by what refers to it, as for a ConfigMap.
 */
export const clusterTrustBundle: CoreKind<'ClusterTrustBundle'> = {
  rules: [
    ({ metadata: { name }, spec: { signerName = '' } }, findings) => {
      const prefix = signerName === '' ? '' : `${signerName.replaceAll('/', ':')}:`;
      if (signerName === '' ? !name.includes(':') : name.startsWith(prefix)) return;
      const wants =
        signerName === '' ? "must not hold ':' without spec.signerName" : `must start with ${prefix}`;
      report(findings, 'metadata', ['metadata', 'name'], wants);
    },
  ],
};
