// telemetry – the logger and the metrics registry that every room may use.
export { createLogger, silentLogger, type Logger, type LogFormat, type LogLevel } from './logger.js';
export { createMetrics, METRICS_CONTENT_TYPE, type Metrics } from './metrics.js';
export { METRICS, type MetricName } from './metric-table.js';
export { measureProcess } from './process-metrics.js';
