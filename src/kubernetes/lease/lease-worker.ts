// The thread that competes for the Lease and renews it: whatever keeps the main thread busy does not keep it from that.
import { parentPort, workerData } from 'node:worker_threads';
import { WindlassError } from '../../errors/index.js';
import { createApiClient } from '../api-client.js';
import { elect, waitFor, type LeaseTimes } from './elector.js';
import { termIn } from './term.js';
import { readCredentials, type WorkerCredentials } from './worker-credentials.js';

export interface LeaseWorkerData {
  readonly credentials: WorkerCredentials;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly times: LeaseTimes;
  /** See `termIn`. */
  readonly memory: SharedArrayBuffer;
}

export type LeaseWorkerMessage =
  | { readonly is: 'term'; readonly isHeld: boolean }
  | { readonly is: 'holder'; readonly holder: string }
  | { readonly is: 'error'; readonly code: string; readonly message: string };

const { credentials, namespace, name, identity, times, memory } = workerData as LeaseWorkerData;
const say = (message: LeaseWorkerMessage): void => parentPort?.postMessage(message);
const stopped = new AbortController();
// The only message there is.
parentPort?.once('message', () => stopped.abort());

const term = termIn(memory);
const now = (): number => performance.now();
const client = createApiClient(await readCredentials(credentials));
await elect(
  {
    ...{ client, namespace, name, identity, times, now, wait: waitFor, random: Math.random },
    onTerm: (until) => {
      const wasHeld = term.isOn();
      term.set(until === undefined ? undefined : until - now());
      if (wasHeld !== term.isOn()) say({ is: 'term', isHeld: term.isOn() });
    },
    onHolder: (holder) => say({ is: 'holder', holder }),
    onError: (error) => {
      const { code, message } = WindlassError.from(error);
      say({ is: 'error', code, message });
    },
  },
  stopped.signal,
);
client.close();
parentPort?.close();
