import { any, envoy } from '../../proto/index.js';
import { seconds } from './seconds.js';

const ADMIN_CLUSTER = 'windlass-admin';

/** Name of the static listener; the port that Envoy chose for it is found by this name. */
export const READINESS_LISTENER = 'windlass-readiness';

/** All of the admin interface that leaves its socket (DESIGN D13). */
const EXPOSED_PATHS = ['/ready', '/stats/prometheus'];

/** The admin interface as an upstream of {@link readinessListener}. */
export function adminCluster(adminSocket: string): envoy.config.cluster.v3.Cluster {
  return {
    name: ADMIN_CLUSTER,
    type: envoy.config.cluster.v3.Cluster.DiscoveryType.STATIC,
    connectTimeout: seconds(1),
    loadAssignment: {
      clusterName: ADMIN_CLUSTER,
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: adminSocket } } } }] }],
    },
  };
}

/**
 * Readiness and Prometheus metrics: exact paths only, so that no other path of the admin interface can be reached, and no
 * shared port, so that two Envoys never answer for each other. Envoy serves it once its first configuration is complete.
 */
export function readinessListener(address: string, port: number): envoy.config.listener.v3.Listener {
  return {
    name: READINESS_LISTENER,
    address: { socketAddress: { address, portValue: port, ...(address === '::' && { ipv4Compat: true }) } },
    statPrefix: READINESS_LISTENER,
    enableReusePort: { value: false },
    ignoreGlobalConnLimit: true,
    filterChains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typedConfig: any(
              'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              {
                statPrefix: READINESS_LISTENER,
                generateRequestId: { value: false },
                routeConfig: {
                  name: READINESS_LISTENER,
                  validateClusters: { value: true },
                  virtualHosts: [
                    {
                      name: READINESS_LISTENER,
                      domains: ['*'],
                      routes: EXPOSED_PATHS.map((path) => ({
                        match: { path },
                        route: { cluster: ADMIN_CLUSTER },
                      })),
                    },
                  ],
                },
                httpFilters: [
                  {
                    name: 'envoy.filters.http.router',
                    typedConfig: any('envoy.extensions.filters.http.router.v3.Router', {
                      suppressEnvoyHeaders: true,
                    }),
                  },
                ],
              },
            ),
          },
        ],
      },
    ],
  };
}
