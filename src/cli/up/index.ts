import { WindlassError } from '../../errors/index.js';
import { findEnvoy, LocalInfra } from '../../infra/index.js';
import { createTranslator, type TranslatorOptions } from '../../routing/index.js';
import { DirectorySource } from '../../sources/index.js';
import type { StoreChange } from '../../store/index.js';
import { createLogger, createMetrics, measureProcess, type Logger } from '../../telemetry/index.js';
import { startDebugServer } from '../../debug/index.js';
import { XdsServer } from '../../xds/index.js';
import type { Command, CommandInput } from '../command.js';
import { EXIT } from '../exit-code.js';
import { DIRECTORY_MODE } from '../names.js';
import { productVersion } from '../version.js';
import { Closers } from './closers.js';
import { ControlPlane } from './control-plane.js';
import { debugViewOf } from './debug-view.js';
import { logDiagnostics } from './diagnostics.js';
import { openExternal, type External } from './external.js';
import { measure } from './metrics.js';
import { createRecorder } from './recorder.js';
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
  const logger = createLogger({ level: config.logLevel, format: config.logFormat });
  const metrics = createMetrics();
  const version = productVersion();
  const translator = createTranslator(options);
  const reporter = createReporter(config, io, logger);
  const recorder = createRecorder(metrics, () => performance.timeOrigin + performance.now());
  const xdsSockets = new Map<string, string>();
  let external: External | undefined;

  const xds = new XdsServer({
    log: logger,
    onAcknowledgement: () => plane.acknowledged(),
    onEvent: (event) => recorder.happened(event),
  });
  const plane: ControlPlane = new ControlPlane({
    translator,
    controllerName: options.controllerName,
    logger,
    metrics,
    now: () => new Date(),
    onSnapshot: (snapshot) => xds.setSnapshot(snapshot),
    // Failures of a pass are logged there and tried again; each pass ends in observations.
    onDesired: (desired) => void infra.reconcile(desired),
    onChange: (changes) => recorder.changed(changes),
    onTranslated: (ms) => recorder.translated(ms),
    onStatuses: (book) => reporter.changed(book),
    summary: (fleet) => xds.summary(fleet),
    convictions: (fleet) => xds.convictions(fleet),
  });
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
  measure(metrics, { plane, source, translator, xds, infra });
  closers.add(measureProcess(metrics, version));
  const view = debugViewOf({
    version,
    plane,
    infra,
    xds,
    metrics,
    diagnostics: () => source.diagnostics(),
    timeline: (count) => recorder.timeline.latest(count),
  });
  const debug =
    config.debugPort === undefined
      ? undefined
      : await startDebugServer({ view, address: config.debugAddress, port: config.debugPort, logger });
  if (debug !== undefined) closers.add(() => debug.close());
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
