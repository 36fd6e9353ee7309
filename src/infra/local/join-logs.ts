import type { Logger } from '../../telemetry/index.js';
import { follow } from './follow.js';
import { array, parseJson } from './json.js';
import { parseLogLine } from './log-line.js';
import type { LocalInfraSettings } from './options.js';
import type { FleetPaths } from './run-directory.js';

export interface JoinedLogs {
  /** From now on what an Envoy warns of is only that it ends, as it was asked to. */
  expectEnd(): void;
  /** Reads what is there, then ends. */
  stop(): Promise<void>;
}

/** Turns what an Envoy writes from now on into events of ours, and keeps its files bounded. */
export async function joinLogs(
  paths: FleetPaths,
  settings: Pick<LocalInfraSettings, 'accessLog' | 'maxLogBytes'>,
  logger: Logger,
): Promise<JoinedLogs> {
  const { maxLogBytes: maxBytes } = settings;
  let ending = false;
  const onError = ({ message }: Error) => logger.warn('log of Envoy cannot be read', { reason: message });
  const own = await follow({
    path: paths.log,
    maxBytes,
    onError,
    onLine: (line) => {
      const { level, component, message } = parseLogLine(line);
      logger[ending && level === 'warn' ? 'debug' : level]('Envoy says', { component, text: message });
    },
  });
  const access = await follow({
    path: paths.accessLog,
    maxBytes,
    onError,
    onLine: (line) => settings.accessLog === 'log' && logger.info('request', accessFields(line)),
  });
  return {
    expectEnd: () => {
      ending = true;
    },
    stop: async () => {
      await Promise.all([own.stop(), access.stop()]);
    },
  };
}

/** The entry's own fields; a line that is no JSON object is kept as it is. */
function accessFields(line: string): Readonly<Record<string, unknown>> {
  const value = parseJson(line);
  const isObject = typeof value === 'object' && value !== null && array(value).length === 0;
  return isObject ? Object.fromEntries(Object.entries(value)) : { line };
}
