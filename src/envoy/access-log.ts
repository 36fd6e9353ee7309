import { any, type envoy, type google } from '../proto/index.js';
import { EXTENSIONS } from './names.js';

/**
 * One JSON object per request; a field without a value is left out. Numbers are written as numbers. Path and authority are those the backend
 * got: the route's name tells what rewrote them.
 */
const FIELDS = {
  time: '%START_TIME%',
  request_id: '%REQ(X-REQUEST-ID)%',
  method: '%REQ(:METHOD)%',
  authority: '%REQ(:AUTHORITY)%',
  path: '%REQ(:PATH)%',
  protocol: '%PROTOCOL%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  route: '%ROUTE_NAME%',
  cluster: '%UPSTREAM_CLUSTER%',
  upstream: '%UPSTREAM_HOST%',
  upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  client: '%DOWNSTREAM_REMOTE_ADDRESS%',
  sni: '%REQUESTED_SERVER_NAME%',
  table: '%FILTER_CHAIN_NAME%',
  duration_ms: '%DURATION%',
  first_byte_ms: '%RESPONSE_DURATION%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  user_agent: '%REQ(USER-AGENT)%',
} as const;

/** Access log on standard output. It is there from the first listener, because adding it later would drain every connection (DESIGN D7). */
export function accessLog(): envoy.config.accesslog.v3.AccessLog {
  return {
    name: EXTENSIONS.stdoutAccessLog,
    typedConfig: any('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      logFormat: { jsonFormat: { fields: values(FIELDS) }, omitEmptyValues: true },
    }),
  };
}

function values(fields: Readonly<Record<string, string>>): Record<string, google.protobuf.Value> {
  return Object.fromEntries(Object.entries(fields).map(([name, stringValue]) => [name, { stringValue }]));
}
