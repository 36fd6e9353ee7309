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

/** One JSON object per connection, or session of UDP, when it is over. */
const CONNECTION_FIELDS = {
  time: FIELDS.time,
  flags: FIELDS.flags,
  details: '%CONNECTION_TERMINATION_DETAILS%',
  cluster: FIELDS.cluster,
  upstream: FIELDS.upstream,
  upstream_failure: FIELDS.upstream_failure,
  client: FIELDS.client,
  sni: FIELDS.sni,
  chain: '%FILTER_CHAIN_NAME%',
  duration_ms: FIELDS.duration_ms,
  bytes_received: FIELDS.bytes_received,
  bytes_sent: FIELDS.bytes_sent,
} as const;

/** Access log on standard output. It is there from the first listener, because adding it later would drain every connection (DESIGN D7). */
export function accessLog(): envoy.config.accesslog.v3.AccessLog {
  return stdoutLog(FIELDS);
}

/** The same for what is handed on as it is. */
export function connectionLog(): envoy.config.accesslog.v3.AccessLog {
  return stdoutLog(CONNECTION_FIELDS);
}

function stdoutLog(fields: Readonly<Record<string, string>>): envoy.config.accesslog.v3.AccessLog {
  return {
    name: EXTENSIONS.stdoutAccessLog,
    typedConfig: any('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      logFormat: { jsonFormat: { fields: values(fields) }, omitEmptyValues: true },
    }),
  };
}

function values(fields: Readonly<Record<string, string>>): Record<string, google.protobuf.Value> {
  return Object.fromEntries(Object.entries(fields).map(([name, stringValue]) => [name, { stringValue }]));
}
