import { any, type envoy } from '../proto/index.js';
import type { L4Target } from '../routing/index.js';
import { RESERVED_CLUSTER } from '../xds/index.js';
import { connectionLog } from './access-log.js';
import { TCP_PROXY } from './defaults.js';
import { EXTENSIONS, statPrefix } from './names.js';

/** The network filter that hands a connection on. Without a target it names a cluster that nobody has, and closes the connection. @param name of the chain */
export function tcpProxy(name: string, target: L4Target | undefined): envoy.config.listener.v3.Filter {
  return {
    name: EXTENSIONS.tcpProxy,
    typedConfig: any(TCP_PROXY.message, {
      ...TCP_PROXY.values,
      statPrefix: statPrefix(name),
      cluster: target?.cluster.name ?? RESERVED_CLUSTER,
      accessLog: [connectionLog()],
    }),
  };
}
