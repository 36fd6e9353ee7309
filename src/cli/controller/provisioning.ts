import type { XdsSecurity } from '../../access/index.js';
import { KubernetesInfra, type KubernetesInfraSettings } from '../../infra/index.js';
import type { ClusterContext } from './part.js';
import type { Pod } from './pod.js';

/** Name of the Service through which Envoys find the control plane. */
const XDS_SERVICE = 'windlass-xds';

/** The name in the serving certificate: what every bootstrap expects, whatever it dials. */
export function xdsName(namespace: string): string {
  return `${XDS_SERVICE}.${namespace}.svc`;
}

/**
 * What Gateways need in the cluster, as the model wants it; what there is of it becomes observations.
 */
export function openProvisioning(
  { client, config, version, plane, xds, recorder, logger, metrics }: ClusterContext,
  pod: Pod,
  security: Pick<XdsSecurity, 'bundle' | 'onBundle'>,
): KubernetesInfra {
  const serverName = xdsName(config.namespace);
  const settings = (caBundle: string): KubernetesInfraSettings => ({
    image: config.envoyImage === '' ? `windlass-envoy:${version}` : config.envoyImage,
    xdsHost: config.xdsHost === '' ? serverName : config.xdsHost,
    xdsPort: config.xdsPort ?? 0,
    serverName,
    caBundle,
    ipFamilies: pod.families,
  });
  const infra = KubernetesInfra.open({
    client,
    logger,
    metrics,
    settings: settings(security.bundle()),
    onObservation: (observation) => plane.apply({ observations: [observation] }),
    onRemoved: (fleet) => {
      xds.removeFleet(fleet);
      plane.forget(fleet);
      recorder.timeline.forget(fleet);
    },
  });
  security.onBundle((bundle) => infra.configure(settings(bundle)));
  return infra;
}
