import { any, type envoy } from '../proto/index.js';
import type { TracingModel } from '../routing/index.js';
import { TRACING } from './defaults.js';
import { duration } from './duration.js';
import { EXTENSIONS } from './names.js';
import { spanAttribute } from './span-attributes.js';
import { sampler } from './tracing-sampler.js';

type Tracing = envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing;

/** An export that takes longer is given up; its spans are lost. Milliseconds. */
const EXPORT_TIMEOUT_MS = 10_000;

/** Method and route, as OpenTelemetry wants spans of servers named; the method and a space where no route matched. */
const SPAN_NAME = '%REQ(:METHOD)% %ROUTE_NAME%';

/**
 * How a connection manager traces. The sampler alone decides what is traced: Envoy asks it last. Source:
 * `HttpConnectionManager.Tracing`, `envoy.config.trace.v3.OpenTelemetryConfig`.
 */
export function tracing({
  collector,
  headers,
  sampling,
  serviceName,
  spanName,
  attributes,
}: TracingModel): Tracing {
  return {
    ...TRACING.values,
    // Nothing in a name is a format: the API allows no percent sign.
    operation: spanName ?? SPAN_NAME,
    customTags: attributes.map(spanAttribute),
    provider: {
      name: EXTENSIONS.openTelemetry,
      typedConfig: any('envoy.config.trace.v3.OpenTelemetryConfig', {
        grpcService: {
          envoyGrpc: { clusterName: collector.name },
          timeout: duration(EXPORT_TIMEOUT_MS),
          initialMetadata: headers.map(({ name, value }) => ({ key: name, value })),
        },
        serviceName,
        sampler: sampler(sampling),
      }),
    },
  };
}
