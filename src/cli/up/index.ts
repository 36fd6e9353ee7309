import { WindlassError } from '../../errors/index.js';
import { findEnvoy, LocalInfra } from '../../infra/index.js';
import type { TranslatorOptions } from '../../routing/index.js';
import { DirectorySource } from '../../sources/index.js';
import type { StoreChange } from '../../store/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Command, CommandInput } from '../command.js';
import { EXIT } from '../exit-code.js';
import { DIRECTORY_MODE } from '../names.js';
import { Closers } from '../plane/closers.js';
import { createCore, loggerOf, measureCore, openDebug } from '../plane/core.js';
import { debugViewOf } from '../plane/debug-view.js';
import { logDiagnostics } from './diagnostics.js';
import { openExternal, type External } from './external.js';
import { measureLocal } from './metrics.js';
import { createReporter } from './report.js';
import { removeUpFile, writeUpFile } from './up-file.js';

/** What tests put something else in the place of; nothing of it can be set from outside. */
export interface Composition {
  readonly translator: TranslatorOptions;
  /** Between the source, which has checked the objects, and the store. */
  readonly admitted: (change: StoreChange) => StoreChange;
}

/** As {@link up}, of other parts. */
export function upOf(composition: Composition): Command {
  return async (input) => {
    const closers = new Closers();
    try {
      const { logger, stopRequested } = await start(input, composition, closers);
      logger.info('stopping', { signal: await stopRequested });
      return EXIT.ok;
    } finally {
      await closers.close();
    }
  };
}

/** `windlass up`: everything in one process tree, until it is asked to end; then Envoys are drained and stopped. */
export const up: Command = upOf({ translator: DIRECTORY_MODE, admitted: (change) => change });

interface Running {
  readonly logger: Logger;
  /** Settles with the name of the signal. */
  readonly stopRequested: Promise<string>;
}

/** The composition root: makes every room's part and joins them. What it opened, `closers` closes in the opposite order. */
async function start(
  { config, paths, io }: CommandInput,
  { translator: options, admitted }: Composition,
  closers: Closers,
): Promise<Running> {
  const logger = loggerOf(config);
  const reporter = createReporter(config, io, logger);
  const xdsSockets = new Map<string, string>();
  let external: External | undefined;

  const core = createCore({
    translator: options,
    logger,
    // Failures of a pass are logged there and tried again; each pass ends in observations.
    onDesired: (desired) => void infra.reconcile(desired),
    onStatuses: (book) => reporter.changed(book),
  });
  const { version, metrics, recorder, xds, plane } = core;
  const source = new DirectorySource({
    paths,
    onChange: (change) => plane.apply(admitted(change)),
    onDiagnostics: (_current, diff) => logDiagnostics(diff, logger),
    logger,
  });

  // First what fails for want of a file or an Envoy, before anything is opened.
  await source.start();
  closers.add(() => source.stop());
  const environment = { ...io.surroundings.env, WINDLASS_CACHE_DIR: config.cacheDir };
  const envoy = await findEnvoy({ given: config.envoy, environment, logger });
  // Until here a signal ends the process at once: nothing is running yet.
  const { stopRequested } = io;
  const infra = await LocalInfra.open({
    runDirectory: config.runDir,
    envoy,
    logger,
    settings: { portOffset: config.portOffset },
    openXds: async (fleet, path) => {
      xdsSockets.set(fleet, path);
      await xds.listenUnix(path, fleet);
    },
    closeXds: async (fleet) => {
      const path = xdsSockets.get(fleet);
      xdsSockets.delete(fleet);
      if (path !== undefined) await xds.closeUnix(path);
    },
    onObservation: (fleet) => {
      plane.apply({ observations: [fleet.observation] });
      external?.admit(fleet).catch((thrown: unknown) => {
        const { code, message } = WindlassError.from(thrown);
        const fields = { fleet: fleet.observation.fleet, code, error: message };
        logger.error('bootstrap for your own Envoys cannot be written', fields);
      });
    },
    onRemoved: (fleet) => {
      xds.removeFleet(fleet);
      external?.dismiss(fleet);
      plane.forget(fleet);
      recorder.timeline.forget(fleet);
    },
  });
  closers.add(() => xds.close());
  closers.add(() => infra.stop());
  closers.add(() => removeUpFile(config.runDir));
  if (config.xdsPort !== undefined)
    external = await openExternal(xds, config.xdsAddress, config.xdsPort, logger);
  measureCore(core, closers);
  measureLocal(metrics, { source, infra });
  const view = debugViewOf({
    version,
    plane,
    infra,
    xds,
    metrics,
    diagnostics: () => source.diagnostics(),
    timeline: (count) => recorder.timeline.latest(count),
  });
  const debug = await openDebug(config, view, logger, closers);
  await writeUpFile(config.runDir, {
    pid: process.pid,
    debug: debug?.url ?? null,
    xds: external === undefined ? null : `${external.address}:${external.port}`,
  });
  closers.add(() => {
    reporter.stop();
    plane.stop();
  });
  plane.begin();
  logger.info('windlass is up', {
    version,
    paths,
    envoy: `${envoy.path} ${envoy.version}`,
    debug: debug?.url,
    xds: external === undefined ? undefined : `${external.address}:${external.port}`,
    runDirectory: config.runDir,
  });
  return { logger, stopRequested };
}
