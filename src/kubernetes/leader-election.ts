import { Worker } from 'node:worker_threads';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger, Metrics } from '../telemetry/index.js';
import type { LeaseTimes } from './lease/elector.js';
import type { LeaseWorkerData, LeaseWorkerMessage } from './lease/lease-worker.js';
import { termIn, termMemory } from './lease/term.js';
import { workerCredentials } from './lease/worker-credentials.js';

export interface LeaderElectionOptions {
  readonly config: KubeConfig;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this candidate; no other has it. The name of the pod. */
  readonly identity: string;
  readonly times?: Partial<LeaseTimes>;
  /** Called with what is new; first when it leads for the first time. */
  readonly onChange: (isLeader: boolean) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface LeaderElection {
  /** Whether this process may act as the leader at this very moment, by the clock: it may be over before `onChange` can say so. */
  isLeader(): boolean;
  /** Leads no more, and lets the Lease go so that the next need not wait. */
  stop(): Promise<void>;
}

/** As client-go has them. */
const TIMES: LeaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };
/** Before a thread that ended by itself is begun again. */
const RESTART_MS = 1000;

/**
 * Competes for a Lease in a thread of its own, so that a busy event loop neither loses it nor acts on one that it has lost
 * (docs/decisions/0031-status-in-a-cluster.md). Needs `create` of Leases, and `get` and `update` of this one.
 */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const { config, namespace, name, identity, onChange, logger, metrics } = options;
  const times = { ...TIMES, ...options.times };
  const memory = termMemory();
  const term = termIn(memory);
  let isTold = false;
  let isStopped = false;
  let holder: string | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let restart: NodeJS.Timeout | undefined;

  const tell = (): void => {
    clearTimeout(expiry);
    const isLeader = !isStopped && term.isOn();
    // The thread renews it long before; if it cannot, this ends it.
    if (isLeader) expiry = setTimeout(tell, term.leftMs() + 1);
    if (isLeader === isTold) return;
    isTold = isLeader;
    metrics.set('windlass_leader', {}, isLeader ? 1 : 0);
    logger.info(isLeader ? 'leading' : 'no longer leading', { lease: `${namespace}/${name}`, identity });
    onChange(isLeader);
  };

  const onMessage = (message: LeaseWorkerMessage): void => {
    switch (message.is) {
      case 'term':
        tell();
        return;
      case 'holder':
        if (message.holder !== holder) {
          const lease = `${namespace}/${name}`;
          logger.info('another replica leads', { lease, leader: message.holder });
        }
        holder = message.holder;
        return;
      case 'error': {
        const { code, message: error } = message;
        logger.warn('the Lease cannot be had', { lease: `${namespace}/${name}`, code, error });
      }
    }
  };

  const begin = (): Worker => {
    const data: LeaseWorkerData = {
      ...{ credentials: workerCredentials(config), namespace, name, identity, times, memory },
    };
    const worker = new Worker(new URL('./lease/lease-worker.js', import.meta.url), { workerData: data });
    worker.on('message', onMessage);
    worker.on('error', (error: Error) =>
      logger.error('the thread of the Lease failed', { error: error.message }),
    );
    worker.on('exit', () => {
      if (isStopped) return;
      term.set(undefined);
      tell();
      restart = setTimeout(() => (running = begin()), RESTART_MS);
    });
    return worker;
  };

  metrics.set('windlass_leader', {}, 0);
  let running = begin();

  return {
    isLeader: () => !isStopped && term.isOn(),
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(restart);
      tell();
      const ended = new Promise((resolve) => running.once('exit', resolve));
      if (running.threadId < 0) return;
      running.postMessage('stop');
      // It ends by itself once the server has answered, or not in time.
      const timer = setTimeout(() => void running.terminate(), times.renewDeadlineMs + 1000);
      await ended;
      clearTimeout(timer);
    },
  };
}
