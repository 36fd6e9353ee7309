import { any, envoy, toJson, type Json } from '../../proto/index.js';
import { adminCluster, readinessListener } from './readiness.js';
import { seconds } from './seconds.js';
import { xdsCluster, XDS_CLUSTER, type XdsServer } from './xds-cluster.js';

/** What an Envoy must know before its first word with the control plane; everything else comes by xDS. */
export interface BootstrapOptions {
  /** `namespace/name` of the Gateway; only a label here: the socket or the token decides what the Envoy gets (DESIGN D13). */
  readonly fleet: string;
  /** Tells the Envoys of a fleet apart in logs. Undefined: `envoy --service-node` says it, which Envoy prefers anyway. */
  readonly nodeId: string | undefined;
  readonly xds: XdsServer;
  /** Path of the unix socket of Envoy's admin interface, which is reachable by no other way. */
  readonly adminSocket: string;
  /** IP address on which `/ready` and `/stats/prometheus`, and nothing else, are served. */
  readonly metricsAddress: string;
  /** Its port; 0 lets Envoy choose. */
  readonly metricsPort: number;
}

/** Compiled RE2 programs up to this many instructions are accepted: above RE2's own limit, so that only RE2 itself refuses (Envoy's default is 100). */
const REGEX_PROGRAM_SIZE = 1_000_000;

/** Connections an Envoy takes; Envoy warns when nothing is said. The file descriptors of the process are the real limit. */
const MAX_CONNECTIONS = 1_000_000;

/** The bootstrap as a message of the Envoy API (`envoy.config.bootstrap.v3.Bootstrap`). Pure. */
function bootstrap(options: BootstrapOptions): envoy.config.bootstrap.v3.Bootstrap {
  const ads = {
    ads: {},
    resourceApiVersion: envoy.config.core.v3.ApiVersion.V3,
    initialFetchTimeout: seconds(0),
  };
  return {
    node: { ...(options.nodeId !== undefined && { id: options.nodeId }), cluster: options.fleet },
    admin: { address: { pipe: { path: options.adminSocket, mode: 0o600 } } },
    dynamicResources: {
      ldsConfig: ads,
      cdsConfig: ads,
      adsConfig: {
        apiType: envoy.config.core.v3.ApiConfigSource.ApiType.DELTA_GRPC,
        transportApiVersion: envoy.config.core.v3.ApiVersion.V3,
        setNodeOnFirstMessageOnly: true,
        grpcServices: [{ envoyGrpc: { clusterName: XDS_CLUSTER, retryPolicy: { retryBackOff: RECONNECT } } }],
      },
    },
    staticResources: {
      clusters: [xdsCluster(options.xds), adminCluster(options.adminSocket)],
      listeners: [readinessListener(options.metricsAddress, options.metricsPort)],
    },
    statsFlushOnAdmin: true,
    layeredRuntime: {
      layers: [
        {
          name: 'static',
          staticLayer: {
            fields: {
              're2.max_program_size.error_level': { numberValue: REGEX_PROGRAM_SIZE },
              're2.max_program_size.warn_level': { numberValue: REGEX_PROGRAM_SIZE },
            },
          },
        },
        { name: 'admin', adminLayer: {} },
      ],
    },
    overloadManager: {
      resourceMonitors: [
        {
          name: 'envoy.resource_monitors.global_downstream_max_connections',
          typedConfig: any(
            'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
            {
              maxActiveDownstreamConnections: MAX_CONNECTIONS,
            },
          ),
        },
      ],
    },
  };
}

/** A control plane that is back must be found soon: Envoy's default waits up to 30 s between attempts. */
const RECONNECT: envoy.config.core.v3.BackoffStrategy = {
  baseInterval: { nanos: 100_000_000 },
  maxInterval: seconds(2),
};

/** The text of the file given to `envoy -c`: canonical protobuf JSON, equal for equal options. */
export function bootstrapText(options: BootstrapOptions): string {
  return `${JSON.stringify(bootstrapJson(options), undefined, 2)}\n`;
}

/** {@link bootstrap} as canonical protobuf JSON. */
export function bootstrapJson(options: BootstrapOptions): Json {
  return toJson('envoy.config.bootstrap.v3.Bootstrap', bootstrap(options));
}
