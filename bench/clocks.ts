import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../e2e/harness/request.js';
import { adminOf } from '../src/infra/index.js';
import type { Side, World } from './scenarios.js';

const DEADLINE_MS = 20_000;

/** Where to look at what one Envoy does. */
export interface Watched {
  readonly adminSocket: string;
  readonly port: number;
  readonly request: World['request'];
}

/** Calls `act` and tells when it returned: by the monotonic clock, and by the wall clock to a fraction of its milliseconds. */
export function actAndStamp(act: () => void): { readonly monotonicMs: number; readonly wallMs: number } {
  const before = Date.now();
  let tick = before;
  // Date.now() says whole milliseconds only: wait for the beginning of one.
  while (tick === before) tick = Date.now();
  const atTick = performance.now();
  act();
  const monotonicMs = performance.now();
  return { monotonicMs, wallMs: tick + (monotonicMs - atTick) };
}

/** How often an Envoy has put a route table into force, and when it did last (wall clock, whole milliseconds). */
export interface Reloads {
  readonly count: number;
  readonly lastMs: number;
}

export async function reloads(adminSocket: string): Promise<Reloads> {
  const text = await adminOf(adminSocket).get('/stats?filter=%5C.rds%5C..*config_reload');
  const sum = (name: string, of: (...figures: number[]) => number): number =>
    of(...[...text.matchAll(new RegExp(`\\.${name}: (\\d+)`, 'g'))].map(([, value]) => Number(value)));
  return {
    count: sum('config_reload', (...counts) => counts.reduce((a, b) => a + b, 0)),
    lastMs: sum('config_reload_time_ms', (...times) => Math.max(0, ...times)),
  };
}

/**
 * Waits until the Envoy has put another table into force than `before`, and returns when it did. The Envoy itself notes the moment, in which
 * it also acknowledges, so that looking need not be frequent, and disturbs little.
 */
export async function reloadedSince(before: Reloads, adminSocket: string): Promise<Reloads> {
  const end = performance.now() + DEADLINE_MS;
  while (performance.now() < end) {
    const now = await reloads(adminSocket);
    if (now.count > before.count) return now;
    await sleep(10);
  }
  throw new Error(`no new route table within ${DEADLINE_MS} ms`);
}

/** Asks over one kept-alive connection, each millisecond at most, until `side` answers; returns when (monotonic clock). */
export async function firstAnswerFrom(side: Side, { port, request }: Watched, agent: Agent): Promise<number> {
  const end = performance.now() + DEADLINE_MS;
  let last = '';
  while (performance.now() < end) {
    const { status, body } = await ask({ address: '127.0.0.1', port, ...request, agent });
    if (status === 200 && body === side) return performance.now();
    last = `${status} ${body}`;
    await sleep(1);
  }
  throw new Error(`no answer from backend ${side} within ${DEADLINE_MS} ms; last: ${last}`);
}

export function keptAlive(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}
