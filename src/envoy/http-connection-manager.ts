import { any, type envoy } from '../proto/index.js';
import type { TracingModel } from '../routing/index.js';
import { accessLog } from './access-log.js';
import { fromAds } from './config-source.js';
import { DOWNSTREAM_COMMON, DOWNSTREAM_HTTP, DOWNSTREAM_HTTP2 } from './defaults.js';
import { httpFilters } from './http-filters.js';
import { EXTENSIONS, statPrefix } from './names.js';
import { tracing } from './tracing.js';

/** The network filter that serves HTTP by the named route table. */
export function httpConnectionManager(
  table: string,
  traced: TracingModel | undefined,
): envoy.config.listener.v3.Filter {
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
      ...(traced && { tracing: tracing(traced) }),
    }),
  };
}
