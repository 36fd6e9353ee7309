import { any, type envoy } from '../proto/index.js';
import type { L4Target } from '../routing/index.js';
import { RESERVED_CLUSTER } from '../xds/index.js';
import { connectionLog } from './access-log.js';
import { UDP_PROXY } from './defaults.js';
import { EXTENSIONS, statPrefix } from './names.js';

/**
 * The listener filter that hands datagrams on: those of one client address and port go to one endpoint for as long as the session lasts. Without a
 * target it names a cluster that nobody has, and drops them.
 */
export function udpProxy(
  name: string,
  target: L4Target | undefined,
): envoy.config.listener.v3.ListenerFilter {
  const cluster = target?.cluster.name ?? RESERVED_CLUSTER;
  return {
    name: EXTENSIONS.udpProxy,
    typedConfig: any(UDP_PROXY.message, {
      ...UDP_PROXY.values,
      statPrefix: statPrefix(name),
      matcher: {
        onNoMatch: {
          action: {
            name: 'route',
            typedConfig: any('envoy.extensions.filters.udp.udp_proxy.v3.Route', { cluster }),
          },
        },
      },
      accessLog: [connectionLog()],
    }),
  };
}
