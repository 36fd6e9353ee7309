import type { Converged } from './converge.js';

// When the objects of which Gateway are looked at: at once when something changes, again when something fails, and ever later when somebody else keeps
// changing them too.

const AT_ONCE = 4;
const FIRST_RETRY_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Repairs within a minute of one another that nobody waits for. */
const FREE_REPAIRS = 5;
const REPAIR_WINDOW_MS = 60_000;

export interface Passes {
  /** The fleet is looked at soon; once more, if it is being looked at. */
  wake(fleet: string): void;
  /** Nothing is due for it, and nothing is held against it. */
  forget(fleet: string): void;
  /** Resolves when what was under way has ended. */
  stop(): Promise<void>;
}

interface Turn {
  failures: number;
  repairs: number;
  repairedAt: number;
  /** Not looked at before. Of `performance.now()`. */
  notBefore: number;
  isDue: boolean;
  isRunning: boolean;
}

export interface PassesOptions {
  /** Looks at one fleet, never twice at a time; undefined: there was nothing to do. What it throws is a fault of ours, and it is tried again too. */
  readonly pass: (fleet: string) => Promise<Converged | undefined>;
  readonly onFault: (fleet: string, thrown: unknown) => void;
}

export function createPasses({ pass, onFault }: PassesOptions): Passes {
  const turns = new Map<string, Turn>();
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const running = new Set<Promise<void>>();

  const turnOf = (fleet: string): Turn => {
    const known = turns.get(fleet);
    if (known !== undefined) return known;
    const turn = rested();
    turns.set(fleet, turn);
    return turn;
  };

  const fill = (): void => {
    if (isEnded) return;
    clearTimeout(timer);
    let next = Infinity;
    for (const [fleet, turn] of turns) {
      if (!turn.isDue || turn.isRunning) continue;
      // Whoever ends looks for the next.
      if (running.size >= AT_ONCE) return;
      const wait = turn.notBefore - performance.now();
      if (wait > 0) {
        next = Math.min(next, wait);
        continue;
      }
      const work = run(fleet, turn).finally(() => {
        running.delete(work);
        fill();
      });
      running.add(work);
    }
    if (next === Infinity) return;
    timer = setTimeout(fill, next);
    timer.unref();
  };

  const run = async (fleet: string, turn: Turn): Promise<void> => {
    turn.isDue = false;
    turn.isRunning = true;
    try {
      noted(turn, await pass(fleet));
    } catch (thrown) {
      onFault(fleet, thrown);
      turn.failures += 1;
      turn.notBefore = performance.now() + waitOf(turn.failures - 1);
    }
    turn.isRunning = false;
    if (turn.failures > 0) turn.isDue = true;
  };

  return {
    wake: (fleet) => {
      turnOf(fleet).isDue = true;
      // Together with what else changes in this turn of the loop.
      setImmediate(fill);
    },
    forget: (fleet) => {
      const turn = turns.get(fleet);
      if (turn?.isRunning === true) Object.assign(turn, rested(), { isRunning: true });
      else turns.delete(fleet);
    },
    stop: async () => {
      isEnded = true;
      clearTimeout(timer);
      await Promise.allSettled(running);
    },
  };
}

function rested(): Turn {
  return { failures: 0, repairs: 0, repairedAt: 0, notBefore: 0, isDue: false, isRunning: false };
}

function noted(turn: Turn, converged: Converged | undefined): void {
  const now = performance.now();
  if (converged === undefined) return;
  turn.failures = converged.failures.length > 0 ? turn.failures + 1 : 0;
  if (converged.repaired > 0) {
    turn.repairs = now - turn.repairedAt < REPAIR_WINDOW_MS ? turn.repairs + 1 : 1;
    turn.repairedAt = now;
  }
  const isRecent = now - turn.repairedAt < REPAIR_WINDOW_MS;
  turn.notBefore =
    now +
    Math.max(
      turn.failures > 0 ? waitOf(turn.failures - 1) : 0,
      converged.repaired > 0 && isRecent && turn.repairs > FREE_REPAIRS
        ? waitOf(turn.repairs - FREE_REPAIRS - 1)
        : 0,
    );
}

function waitOf(doublings: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** doublings, LONGEST_WAIT_MS);
}
