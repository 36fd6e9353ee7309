import type { Standalone } from '../harness/windlass.js';
import { monotonicMs } from './clock.js';
import type { Disturbance } from './disturbance.js';
import type { Random } from './random.js';

/** How long the control plane lives, and how long it is away, at least and at most. Milliseconds. */
const ALIVE_MS = [1_500, 4_000] as const;
const AWAY_MS = [0, 1_000] as const;

type Fleets = readonly { readonly envoys: readonly { readonly pid?: number }[] }[];

/** `kill -9` of the control plane, again and again, and another one a little later: it must go on with the Envoy that runs. */
export function kills(random: Random): Disturbance {
  const ending = new AbortController();
  const pids = new Set<number | undefined>();
  const killedAt: number[] = [];
  let killing: Promise<void> = Promise.resolve();
  const note = async (windlass: Standalone): Promise<void> => {
    const fleets = (await (await fetch(`${windlass.debugUrl()}/fleets`)).json()) as Fleets;
    for (const { pid } of fleets.flatMap(({ envoys }) => envoys)) pids.add(pid);
  };
  const kill = async (windlass: Standalone): Promise<void> => {
    for (;;) {
      await passed(random.between(...ALIVE_MS), ending.signal);
      if (ending.signal.aborted) return;
      killedAt.push(monotonicMs());
      await windlass.end('SIGKILL');
      await passed(random.between(...AWAY_MS), ending.signal);
      await windlass.start();
      await note(windlass);
    }
  };
  const end = async (): Promise<void> => {
    ending.abort();
    await killing;
  };
  return {
    begin: async (windlass) => {
      await note(windlass);
      killing = kill(windlass);
      // Seen by who awaits the end.
      killing.catch(() => undefined);
    },
    end,
    close: end,
    counts: () => true,
    situation: (_address, at) => {
      const since = at - (killedAt.findLast((killed) => killed <= at) ?? at);
      return killedAt.length === 0 ? '' : `${since.toFixed(0)} ms after the last kill`;
    },
    report: () => ({
      done: `the control plane was killed ${killedAt.length} times`,
      faults: [
        ...(pids.size === 1 ? [] : [`Envoy was not adopted: processes ${[...pids].join(', ')}`]),
        ...(killedAt.length > 0 ? [] : ['the control plane was never killed']),
      ],
    }),
  };
}

/** Resolves after so long, at once when there is no more time. */
export function passed(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
