import type { LogLevel } from '../../telemetry/index.js';
import { at, parseJson, string } from './json.js';

/** For Envoy's `--log-format`: JSON, so that a message with line ends stays one event (`%j` is the escaped message). */
export const ENVOY_LOG_FORMAT = '{"time":"%Y-%m-%dT%T.%e%z","level":"%l","component":"%n","message":"%j"}';

export interface EnvoyLogLine {
  readonly level: LogLevel;
  readonly message: string;
  /** Envoy's name of the logger: `config`, `upstream`… */
  readonly component: string | undefined;
}

/** A line of Envoy's own log. What is not in our format is a crash or an early failure, and important. */
export function parseLogLine(line: string): EnvoyLogLine {
  const value = parseJson(line);
  const message = string(at(value, 'message'));
  if (message === undefined) return { level: 'warn', message: line, component: undefined };
  return {
    level: levelOf(string(at(value, 'level')) ?? ''),
    message,
    component: string(at(value, 'component')),
  };
}

/** Envoy tells much at `info` while it starts: that is our `debug`. */
function levelOf(level: string): LogLevel {
  switch (level) {
    case 'critical':
    case 'error':
      return 'error';
    case 'warning':
      return 'warn';
    default:
      return 'debug';
  }
}
