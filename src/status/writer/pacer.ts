/** What is to become of a key after the work on it. */
export interface Next {
  /** Ask for it again after this time. Milliseconds. */
  readonly againMs?: number;
  /** Leave it alone for this time, whoever asks: then once. Milliseconds. */
  readonly restMs?: number;
}

export interface PacerOptions {
  /** Never on one key twice at a time. It does not throw. */
  readonly work: (key: string) => Promise<Next>;
  /** Keys of different groups take turns: many of one, or slow ones, hold up those of others no longer than one of them takes. */
  readonly groupOf: (key: string) => string;
  /** On how many keys at a time. */
  readonly concurrency: number;
  /** Milliseconds, by a clock that nobody sets. */
  readonly now: () => number;
}

/** Work on keys: soon, once however often it is asked for, and no more often than each may have it. */
export interface Pacer {
  ask(key: string, afterMs?: number): void;
  /** Keys that are asked for or being worked on. */
  readonly size: number;
  /** Forgets everything that is asked for. What is being worked on ends by itself, and asks for nothing. */
  clear(): void;
}

/** Longest time without a return to the event loop. Milliseconds. */
const SLICE_MS = 10;
const SWEEP_EVERY = 1000;

type State =
  /** Waits for its time. */
  | { readonly is: 'waiting'; readonly dueAt: number; readonly timer: NodeJS.Timeout }
  /** Waits for a free place. */
  | { readonly is: 'ready' }
  /** `isAsked`: it has been asked for meanwhile, for `dueAt` at the earliest. */
  | { readonly is: 'working'; readonly dueAt: number | undefined };

export function createPacer({ work, groupOf, concurrency, now }: PacerOptions): Pacer {
  let states = new Map<string, State>();
  /** Until when keys rest. */
  let resting = new Map<string, number>();
  /** By group; whose turn it is first. */
  let ready = new Map<string, Set<string>>();
  let working = 0;
  let turn: NodeJS.Immediate | undefined;

  const askAt = (key: string, wanted: number): void => {
    const dueAt = Math.max(wanted, restsUntil(key));
    const state = states.get(key);
    switch (state?.is) {
      case 'ready':
        return;
      case 'working':
        states.set(key, { is: 'working', dueAt: Math.min(dueAt, state.dueAt ?? dueAt) });
        return;
      case 'waiting':
        if (state.dueAt <= dueAt) return;
        clearTimeout(state.timer);
        break;
      case undefined:
        break;
    }
    const left = dueAt - now();
    if (left <= 0) makeReady(key);
    else {
      const timer = setTimeout(() => makeReady(key), left);
      states.set(key, { is: 'waiting', dueAt, timer });
    }
  };

  const restsUntil = (key: string): number => {
    const until = resting.get(key) ?? 0;
    if (until <= now()) resting.delete(key);
    return until;
  };

  const makeReady = (key: string): void => {
    states.set(key, { is: 'ready' });
    const group = groupOf(key);
    const others = ready.get(group);
    if (others === undefined) ready.set(group, new Set([key]));
    else others.add(key);
    turn ??= setImmediate(slice);
  };

  const slice = (): void => {
    turn = undefined;
    const end = performance.now() + SLICE_MS;
    while (working < concurrency) {
      const key = takeNext();
      if (key === undefined) return;
      states.set(key, { is: 'working', dueAt: undefined });
      working += 1;
      void begin(key);
      if (performance.now() < end) continue;
      turn ??= setImmediate(slice);
      return;
    }
  };

  const takeNext = (): string | undefined => {
    for (const [group, keys] of ready) {
      ready.delete(group);
      const [key] = keys;
      if (key === undefined) continue;
      keys.delete(key);
      if (keys.size > 0) ready.set(group, keys);
      return key;
    }
    return undefined;
  };

  const begin = async (key: string): Promise<void> => {
    const [own, rests] = [states, resting];
    const { againMs, restMs } = await work(key);
    working -= 1;
    if (restMs !== undefined) rests.set(key, now() + restMs);
    // Those who have rested are forgotten now and then.
    if (rests.size % SWEEP_EVERY === 0) for (const each of rests.keys()) restsUntil(each);
    if (own === states) {
      const state = states.get(key);
      states.delete(key);
      const asked = state?.is === 'working' ? state.dueAt : undefined;
      const again = againMs === undefined ? undefined : now() + againMs;
      const times = [asked, again].filter((time) => time !== undefined);
      if (times.length > 0) askAt(key, Math.min(...times));
    }
    if (ready.size > 0) turn ??= setImmediate(slice);
  };

  return {
    ask: (key, afterMs = 0) => askAt(key, now() + afterMs),
    get size() {
      return states.size;
    },
    clear: () => {
      for (const state of states.values()) if (state.is === 'waiting') clearTimeout(state.timer);
      clearImmediate(turn);
      turn = undefined;
      states = new Map();
      resting = new Map();
      ready = new Map();
    },
  };
}
