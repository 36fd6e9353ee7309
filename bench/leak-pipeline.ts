// The pipeline that `leak.ts` measures: the rooms joined as `windlass up` joins them, with scripted Envoys for real ones.
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DIRECTORY_MODE } from '../src/cli/names.js';
import { ControlPlane } from '../src/cli/plane/control-plane.js';
import { measure } from '../src/cli/plane/metrics.js';
import { measureLocal } from '../src/cli/up/metrics.js';
import { createRecorder } from '../src/cli/plane/recorder.js';
import type { DesiredProxy, LocalFleet } from '../src/infra/index.js';
import { createTranslator } from '../src/routing/index.js';
import { createMetrics, silentLogger } from '../src/telemetry/index.js';
import { XdsServer } from '../src/xds/index.js';

const STEP_LIMIT_MS = 30_000;

export interface Pipeline {
  readonly plane: ControlPlane;
  readonly server: XdsServer;
  /** What was applied is translated. */
  readonly turn: () => Promise<void>;
  /** Every Gateway has its Envoy, and each has accepted everything. */
  readonly current: () => Promise<void>;
  /** Reads what a person would: metrics, streams, timeline. */
  readonly look: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @param directory for the sockets. @param envoys a process of `leak-client.ts` */
export function startPipeline(directory: string, envoys: ChildProcess): Pipeline {
  const metrics = createMetrics();
  const translator = createTranslator(DIRECTORY_MODE);
  const recorder = createRecorder(metrics, () => performance.timeOrigin + performance.now());
  const fleets = new Map<string, LocalFleet>();
  let reconciled = Promise.resolve();
  const server = new XdsServer({
    log: silentLogger,
    // Shorter waits than in earnest, and trials without a budget: the same steps, more of them in the time.
    limits: {
      readyDeadlineMs: 500,
      removalGraceMs: 5,
      removalDeadlineMs: 500,
      trialsPerMinute: 1_000_000,
    },
    onAcknowledgement: () => plane.acknowledged(),
    onEvent: (event) => recorder.happened(event),
  });
  const plane: ControlPlane = new ControlPlane({
    translator,
    controllerName: DIRECTORY_MODE.controllerName,
    logger: silentLogger,
    metrics,
    now: () => new Date(),
    onSnapshot: (snapshot) => server.setSnapshot(snapshot),
    onDesired: (desired) => {
      reconciled = reconciled.then(() => reconcile(desired));
    },
    onChange: (changes) => recorder.changed(changes),
    onTranslated: (ms) => recorder.translated(ms),
    onStatuses: () => undefined,
    summary: (fleet) => server.summary(fleet),
    convictions: (fleet) => server.convictions(fleet),
  });

  /** The part of `infra`: a socket and a scripted Envoy for each Gateway. */
  const reconcile = async (desired: readonly DesiredProxy[]): Promise<void> => {
    const wanted = new Set(desired.map(({ fleet }) => fleet));
    for (const [fleet, { xdsSocket }] of fleets) {
      if (wanted.has(fleet)) continue;
      fleets.delete(fleet);
      envoys.send({ step: 'leave', socket: xdsSocket });
      await server.closeUnix(xdsSocket);
      server.removeFleet(fleet);
      plane.forget(fleet);
      recorder.timeline.forget(fleet);
    }
    for (const fleet of wanted) {
      if (fleets.has(fleet)) continue;
      const xdsSocket = join(directory, `${fleet.replace('/', '_')}.sock`);
      await server.listenUnix(xdsSocket, fleet);
      const observation = { fleet, addresses: ['127.0.0.1'], ports: {}, portOffset: 0 };
      fleets.set(fleet, {
        observation,
        process: { pid: envoys.pid, state: 'running', restarts: 1 },
        adminSocket: '',
        xdsSocket,
        metricsUrl: undefined,
        logFile: '',
        accessLogFile: '',
      });
      plane.apply({ observations: [observation] });
      envoys.send({ step: 'connect', socket: xdsSocket });
    }
  };

  const source = {
    stats: () => ({ filesRead: 0, documentsParsed: 0, objectsValidated: 0, objectsChanged: 0 }),
    diagnostics: () => [],
  };
  measure(metrics, { plane, translator, xds: server });
  measureLocal(metrics, { source, infra: { fleets: () => [...fleets.values()] } });

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const isCurrent = (fleet: string): boolean => {
    const { connected, current } = server.summary(fleet);
    return connected > 0 && current === connected;
  };
  const current = async (): Promise<void> => {
    const end = performance.now() + STEP_LIMIT_MS;
    for (;;) {
      await turn();
      await reconciled;
      await turn();
      const late = (plane.model?.gateways ?? [])
        .map(({ gateway: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name}`)
        .filter((fleet) => !isCurrent(fleet));
      if (late.length === 0) return;
      if (performance.now() > end)
        throw new Error(`not current: ${JSON.stringify(late.map((fleet) => server.summary(fleet)))}`);
      await delay(1);
    }
  };
  return {
    plane,
    server,
    turn,
    current,
    look: async () => {
      await metrics.text();
      server.fleets();
      recorder.timeline.latest(100);
    },
    close: async () => {
      plane.stop();
      await reconciled;
      await server.close();
    },
  };
}
