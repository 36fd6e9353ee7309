import { createHash } from 'node:crypto';
import type { EnvoyBinary } from './envoy-binary/find.js';
import type { Launch } from './envoy-process.js';
import { ENVOY_LOG_FORMAT } from './log-line.js';
import type { LocalInfraSettings } from './options.js';
import type { FleetPaths } from './run-directory.js';

/** Envoy writes its access log at least this often, so that it can be read while it happens. */
const FLUSH_ACCESS_LOG_MS = 250;

/** How long a listener that was changed or removed lets its connections end, in seconds. */
const DRAIN_TIME_S = 10;

/** The command line of a fleet's Envoy. */
export function launchOf(
  paths: FleetPaths,
  envoy: Pick<EnvoyBinary, 'path'>,
  settings: Pick<LocalInfraSettings, 'concurrency' | 'envoyLogLevel' | 'ignoreUnknownFields'>,
): Launch {
  return {
    command: envoy.path,
    args: [
      ...['--config-path', paths.bootstrap],
      // Several Envoys share this machine; ours never hand their sockets to one another.
      '--disable-hot-restart',
      ...['--concurrency', String(settings.concurrency)],
      ...['--drain-time-s', String(DRAIN_TIME_S), '--drain-strategy', 'immediate'],
      ...['--log-level', settings.envoyLogLevel, '--log-format', ENVOY_LOG_FORMAT],
      ...['--file-flush-interval-msec', String(FLUSH_ACCESS_LOG_MS)],
      ...(settings.ignoreUnknownFields ? ['--ignore-unknown-dynamic-fields'] : []),
    ],
    stdout: paths.accessLog,
    stderr: paths.log,
  };
}

/** Two processes with the same hash were started alike, so that one can stand for the other. */
export function launchHash(launch: Launch, version: string, bootstrap: string): string {
  return createHash('sha256')
    .update(JSON.stringify([launch.command, launch.args, version, bootstrap]))
    .digest('hex');
}
