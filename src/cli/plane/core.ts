import type { Config } from '../../config/index.js';
import { startDebugServer, type DebugServer, type DebugView } from '../../debug/index.js';
import { createTranslator, type Translator, type TranslatorOptions } from '../../routing/index.js';
import {
  createLogger,
  createMetrics,
  measureProcess,
  type Logger,
  type Metrics,
} from '../../telemetry/index.js';
import { XdsServer } from '../../xds/index.js';
import { productVersion } from '../version.js';
import type { Closers } from './closers.js';
import { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
import { measure } from './metrics.js';
import { createRecorder, type Recorder } from './recorder.js';

/** What every control plane consists of, wherever its objects come from and whoever runs its Envoys. */
export interface Core {
  readonly version: string;
  readonly metrics: Metrics;
  readonly translator: Translator;
  readonly recorder: Recorder;
  readonly xds: XdsServer;
  readonly plane: ControlPlane;
}

export interface CoreOptions extends Pick<
  ControlPlaneOptions,
  'onDesired' | 'onStatuses' | 'onModel' | 'bundle' | 'others' | 'onOwn' | 'resumed'
> {
  readonly translator: TranslatorOptions;
  readonly logger: Logger;
}

/** Joins store, translation, xDS and what records them. Nothing runs yet. */
export function createCore({ translator: options, logger, ...told }: CoreOptions): Core {
  const metrics = createMetrics();
  const translator = createTranslator(options);
  const recorder = createRecorder(metrics, () => performance.timeOrigin + performance.now());
  const xds = new XdsServer({
    log: logger,
    onAcknowledgement: () => plane.acknowledged(),
    onEvent: (event) => recorder.happened(event),
  });
  const plane: ControlPlane = new ControlPlane({
    ...told,
    translator,
    controllerName: options.controllerName,
    logger,
    metrics,
    now: () => new Date(),
    onSnapshot: (snapshot) => xds.setSnapshot(snapshot),
    onChange: (changes) => recorder.changed(changes),
    onTranslated: (ms) => recorder.translated(ms),
    summary: (fleet) => xds.summary(fleet),
    convictions: (fleet) => xds.convictions(fleet),
  });
  return { version: productVersion(), metrics, translator, recorder, xds, plane };
}

/** Figures of all that every control plane consists of. */
export function measureCore(core: Core, closers: Closers): void {
  measure(core.metrics, core);
  closers.add(measureProcess(core.metrics, core.version));
}

/** The debug endpoint, unless it is off. @throws WindlassError PORT_UNAVAILABLE */
export async function openDebug(
  { debugAddress: address, debugPort: port }: Config,
  view: DebugView,
  logger: Logger,
  closers: Closers,
): Promise<DebugServer | undefined> {
  if (port === undefined) return undefined;
  const debug = await startDebugServer({ view, address, port, logger });
  closers.add(() => debug.close());
  return debug;
}

export function loggerOf({ logLevel: level, logFormat: format }: Config): Logger {
  return createLogger({ level, format });
}
