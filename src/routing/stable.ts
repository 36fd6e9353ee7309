import { memoByIdentity } from '../collections/index.js';
import type { Secret } from '../resources/index.js';
import type { CheckCertificate } from './certificates.js';
import type { Checks } from './checks.js';
import { clusterOf, type Backend } from './clusters.js';
import { keepEqual } from './keep.js';
import type { CertificateModel, ClusterModel } from './model.js';

// What many routes or listeners refer to is one object for all of them.

/** One cluster object for one backend, port and settings; the previous one when a changed backend means the same cluster. */
export function stableClusters(
  previous: (name: string) => ClusterModel | undefined,
  counts: { clustersBuilt: number },
): typeof clusterOf {
  const ofBackend = memoByIdentity((_backend: Backend) => new Map<string, ClusterModel>());
  return (backend, port, settings) => {
    const clusters = ofBackend(backend);
    const key = `${port} ${JSON.stringify(settings)}`;
    const known = clusters.get(key);
    if (known !== undefined) return known;
    counts.clustersBuilt += 1;
    const built = clusterOf(backend, port, settings);
    const cluster = keepEqual(previous(built.name), built);
    clusters.set(key, cluster);
    return cluster;
  };
}

/** One certificate object for one Secret; or what is wrong with it. */
export function stableCertificates(
  faultOf: Checks['certificate'],
  counts: { certificatesChecked: number },
): CheckCertificate {
  return memoByIdentity((secret: Secret): CertificateModel | string => {
    counts.certificatesChecked += 1;
    const { namespace, name } = secret.metadata;
    return faultOf(secret) ?? { name: `secret/${namespace ?? ''}/${name}`, secret };
  });
}
