import { bootstrapText } from '../bootstrap/bootstrap.js';
import { caSecretText, tokenSecretText } from '../bootstrap/xds-cluster.js';

/**
 * What an Envoy in a pod must know before its first word with the control plane. All paths are absolute, as the container sees them. Nothing here is secret, and
 * nothing differs between the pods of a Gateway: the files can be the data of a ConfigMap.
 */
export interface PodBootstrapOptions {
  /** `namespace/name` of the Gateway; only a label here: the token decides what the Envoy gets (DESIGN D13). */
  readonly fleet: string;
  /** DNS name (or IP address) and port of the xDS Service; resolved anew all the time, every address it has is used. */
  readonly xdsHost: string;
  readonly xdsPort: number;
  /** DNS name that the serving certificate must carry, whatever address was dialled. */
  readonly serverName: string;
  /** PEM bundle of the CAs, `ca.crt` of a mounted ConfigMap. Its directory is watched; not a `subPath` mount, which kubelet never updates. */
  readonly caFile: string;
  /** Projected ServiceAccount token for the audience `windlass-xds`; its directory is watched: kubelet swaps the `..data` link in it. */
  readonly tokenFile: string;
  /** Directory in which {@link podBootstrapFiles} are mounted. */
  readonly directory: string;
  /** Where readiness and metrics are served: `0.0.0.0`, or `::` (then IPv4 as well) where the pod has IPv6. */
  readonly metricsAddress: string;
  readonly metricsPort: number;
  /** In a directory that the container may write to. */
  readonly adminSocket: string;
}

/** Names in {@link podBootstrapFiles}; the first one is for `envoy -c`. */
const FILES = { bootstrap: 'bootstrap.json', ca: 'ca-secret.json', token: 'token-secret.json' } as const;

/**
 * The bootstrap of an Envoy in a pod, for `envoy -c`: delta ADS over TLS 1.3, CA and token from watched files, admin on a unix socket, readiness and Prometheus
 * on the metrics port.
 *
 * It names no node id: Envoy substitutes nothing in its bootstrap, so the pod says it with `--service-node $(POD_NAMESPACE)/$(POD_NAME)` (kubelet substitutes
 * these in `args`, from `env` of the downward API). Without that argument Envoy refuses to start: ADS needs an id. The id decides nothing; it is the name in logs.
 */
export function podBootstrap(options: PodBootstrapOptions): string {
  const { fleet, xdsHost, xdsPort, serverName, directory, metricsAddress, metricsPort, adminSocket } =
    options;
  return bootstrapText({
    fleet,
    nodeId: undefined,
    xds: {
      kind: 'tls',
      host: xdsHost,
      port: xdsPort,
      serverName,
      caSecretFile: `${directory}/${FILES.ca}`,
      tokenSecretFile: `${directory}/${FILES.token}`,
    },
    adminSocket,
    metricsAddress,
    metricsPort,
  });
}

/** The bootstrap with the two SDS files that it names, by file name: what is to be mounted at `directory`. */
export function podBootstrapFiles(
  options: PodBootstrapOptions,
): Readonly<Record<(typeof FILES)[keyof typeof FILES], string>> {
  return {
    [FILES.bootstrap]: podBootstrap(options),
    [FILES.ca]: caSecretText(options.caFile),
    [FILES.token]: tokenSecretText(options.tokenFile),
  };
}
