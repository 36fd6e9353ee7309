import type { Logger } from '../../telemetry/index.js';
import { follow } from './follow.js';
import { array, parseJson } from './json.js';
import { parseLogLine } from './log-line.js';
import type { LocalInfraSettings } from './options.js';
import type { FleetPaths } from './run-directory.js';

/** Turns what an Envoy writes from now on into events of ours, and keeps its files bounded. */
export async function joinLogs(
  paths: FleetPaths,
  settings: Pick<LocalInfraSettings, 'accessLog' | 'maxLogBytes'>,
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const { maxLogBytes: maxBytes } = settings;
  const onError = ({ message }: Error) => logger.warn('log of Envoy cannot be read', { reason: message });
  const own = await follow({
    path: paths.log,
    maxBytes,
    onError,
    onLine: (line) => {
      const { level, component, message } = parseLogLine(line);
      logger[level]('Envoy says', { component, text: message });
    },
  });
  const access = await follow({
    path: paths.accessLog,
    maxBytes,
    onError,
    onLine: (line) => settings.accessLog === 'log' && logger.info('request', accessFields(line)),
  });
  return {
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
