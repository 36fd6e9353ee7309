// Namespace: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/
import { dns1123LabelFault } from '../names.js';
import { report } from '../schema/findings.js';
import type { CoreKind } from './core-kind.js';

export const namespace: CoreKind<'Namespace'> = {
  rules: [
    ({ metadata }, findings) => {
      const fault = dns1123LabelFault(metadata.name);
      if (fault !== undefined) report(findings, 'metadata', ['metadata', 'name'], fault);
    },
  ],
};
