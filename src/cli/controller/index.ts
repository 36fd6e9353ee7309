import { createApiClient, loadCredentials } from '../../kubernetes/index.js';
import { ClusterSource } from '../../sources/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Command, CommandInput } from '../command.js';
import { EXIT } from '../exit-code.js';
import { clusterMode } from '../names.js';
import { Closers } from '../plane/closers.js';
import { createCore, loggerOf, measureCore, openDebug } from '../plane/core.js';
import { debugViewOf } from '../plane/debug-view.js';
import { clusterViewOf } from './cluster-view.js';
import { startHealthServer } from './health-server.js';
import { measureCluster } from './metrics.js';
import { openCluster } from './cluster-part.js';
import type { ClusterPart } from './part.js';

/** `windlass controller`: the control plane of a cluster. Ended by a signal; what runs then goes on as it is. */
export const controller: Command = async (input) => {
  const closers = new Closers();
  const logger = loggerOf(input.config);
  // From the first moment: a start that waits for the API server can be ended too.
  const stopRequested = input.io.stopRequested;
  try {
    await start(input, closers, logger, stopRequested);
    logger.info('stopping', { signal: await stopRequested });
    return EXIT.ok;
  } finally {
    await closers.close();
  }
};

/** The composition root in a cluster. Resolves when it serves, or is asked to end before; what it opened, `closers` closes in the opposite order. */
async function start(
  { config, io }: CommandInput,
  closers: Closers,
  logger: Logger,
  stopRequested: Promise<string>,
): Promise<void> {
  const credentials = loadCredentials({ ...config, ...io.surroundings });
  const client = createApiClient(credentials);
  closers.add(() => client.close());
  const ending = new AbortController();
  let cluster: ClusterPart = {};

  const core = createCore({
    translator: clusterMode(config),
    logger,
    onModel: (model) => cluster.onModel?.(model),
    onStatuses: (book) => cluster.onStatuses?.(book),
    bundle: () => source.bundle ?? NOT_KNOWN,
    others: (fleet) => cluster.others?.(fleet) ?? ALONE,
    onOwn: (own) => cluster.onOwn?.(own),
    resumed: (ref) => source.object(ref)?.status,
  });
  const { version, metrics, recorder, xds, plane } = core;
  closers.add(() => xds.close());
  const source: ClusterSource = new ClusterSource({
    client,
    logger,
    onChange: (change) => plane.apply(change),
    onBundle: () => plane.acknowledged(),
    onStatusSeen: (ref) => cluster.onStatusSeen?.(ref),
  });
  closers.add(() => source.stop());
  void stopRequested.then(() => {
    ending.abort();
    source.stop();
  });

  measureCore(core, closers);
  measureCluster(metrics, source);
  const view = debugViewOf({
    version,
    plane,
    xds,
    metrics,
    cluster: () => clusterViewOf(source),
    timeline: (count) => recorder.timeline.latest(count),
  });
  const debug = await openDebug(config, view, logger, closers);
  const isReady = (): boolean => view.ready() && !ending.signal.aborted;
  const health = await openHealth(config, isReady, () => metrics.text(), closers);
  logger.info('windlass starts', {
    version,
    server: credentials.getCurrentCluster()?.server,
    debug: debug?.url,
    healthPort: health,
  });

  await source.start();
  if (!source.isComplete) return;
  const { env } = io.surroundings;
  const { signal } = ending;
  cluster = await openCluster({
    ...core,
    config,
    env,
    credentials,
    client,
    source,
    logger,
    closers,
    ending: signal,
  });
  closers.add(() => plane.stop());
  plane.begin();
  await cluster.begin?.();
  logger.info('windlass is up', { version, objects: source.objectsChanged });
}

/** Nobody else is heard. */
const ALONE = { digests: [], unknown: { awaited: 0, silent: 0 } };

/** CRDs that may not be read: nobody knows what is installed. */
const NOT_KNOWN = { version: '', versions: [], channel: '' };

async function openHealth(
  { healthAddress: address, healthPort: port }: CommandInput['config'],
  isReady: () => boolean,
  exposed: () => Promise<string>,
  closers: Closers,
): Promise<number | undefined> {
  if (port === undefined) return undefined;
  const health = await startHealthServer({ address, port, isReady, metrics: exposed });
  closers.add(() => health.close());
  return health.port;
}
