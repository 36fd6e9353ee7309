import { any, envoy } from '../proto/index.js';
import type { ClientValidation, TracingModel } from '../routing/index.js';
import { accessLog } from './access-log.js';
import { fromAds } from './config-source.js';
import { DOWNSTREAM_COMMON, DOWNSTREAM_HTTP, DOWNSTREAM_HTTP2 } from './defaults.js';
import { httpFilters } from './http-filters.js';
import { EXTENSIONS, statPrefix } from './names.js';
import { tracing } from './tracing.js';

const { ForwardClientCertDetails } =
  envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

/**
 * The network filter that serves HTTP by the named route table. Backends are told in `x-forwarded-client-cert` who a verified client is; whatever clients state there
 * themselves is dropped, and nothing is told of one that may be anybody.
 */
export function httpConnectionManager(
  table: string,
  clients: ClientValidation | undefined,
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
      ...(clients?.mode === 'AllowValidOnly' && {
        forwardClientCertDetails: ForwardClientCertDetails.SANITIZE_SET,
        setCurrentClientCertDetails: { subject: { value: true }, uri: true, dns: true },
      }),
    }),
  };
}
