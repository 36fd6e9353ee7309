// telemetry – the logger and the metrics registry that every room may use.
export { createLogger, silentLogger, type Logger, type LogFormat, type LogLevel } from './logger.js';
