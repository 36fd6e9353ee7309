import { any, type envoy } from '../proto/index.js';
import { accessLog } from './access-log.js';
import { fromAds } from './config-source.js';
import { DOWNSTREAM_COMMON, DOWNSTREAM_HTTP, DOWNSTREAM_HTTP2 } from './defaults.js';
import { httpFilters } from './http-filters.js';
import { EXTENSIONS, statPrefix } from './names.js';

/** The network filter that serves HTTP by the named route table. */
export function httpConnectionManager(table: string): envoy.config.listener.v3.Filter {
  return {
    name: EXTENSIONS.httpConnectionManager,
    typedConfig: any(DOWNSTREAM_HTTP.message, {
      ...DOWNSTREAM_HTTP.values,
      statPrefix: statPrefix(table),
      rds: { routeConfigName: table, configSource: fromAds('routes') },
      commonHttpProtocolOptions: DOWNSTREAM_COMMON.values,
      http2ProtocolOptions: DOWNSTREAM_HTTP2.values,
      httpFilters: httpFilters(),
      accessLog: [accessLog()],
    }),
  };
}
