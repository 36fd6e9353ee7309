import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from './admin.js';
import { activeWork, answers } from './admin-questions.js';
import { isAlive, signal, type ProcessIdentity } from './process-identity.js';

const POLL_MS = 20;

export interface StopOptions {
  /** How long requests under way may take to end. */
  readonly drainMs: number;
  /** How long the process may take to end after SIGTERM, before SIGKILL. */
  readonly killAfterMs: number;
}

/**
 * Ends an Envoy so that what is under way is answered: its health check fails and its listeners drain, which asks clients to go, then SIGTERM, then SIGKILL. Resolves when the process
 * is gone.
 */
export async function stopEnvoy(
  identity: ProcessIdentity,
  admin: Admin,
  options: StopOptions,
): Promise<void> {
  if (isAlive(identity)) await drain(identity, admin, options.drainMs);
  signal(identity, 'SIGTERM');
  await until(() => !isAlive(identity), options.killAfterMs);
  signal(identity, 'SIGKILL');
  await until(() => !isAlive(identity), options.killAfterMs);
}

async function drain(identity: ProcessIdentity, admin: Admin, drainMs: number): Promise<void> {
  try {
    await admin.post('/healthcheck/fail');
    await admin.post('/drain_listeners?graceful');
    await until(async () => !isAlive(identity) || (await activeWork(admin)) === 0, drainMs);
  } catch {
    // It cannot be asked, so it cannot be waited for: the signals follow.
  }
}

/**
 * Ends an Envoy whose pid nobody noted, because its control plane died right after starting it: it can be reached by its admin interface only. Resolves when it no longer answers, at
 * once when there is none.
 */
export async function quitUnknown(admin: Admin, { killAfterMs }: StopOptions): Promise<void> {
  if (!(await answers(admin))) return;
  await admin.post('/quitquitquit');
  await until(async () => !(await answers(admin)), killAfterMs);
}

/** Resolves when `condition` holds or the time is over. */
async function until(condition: () => boolean | Promise<boolean>, timeMs: number): Promise<void> {
  const end = performance.now() + timeMs;
  while (!(await condition()) && performance.now() < end) await sleep(POLL_MS);
}
