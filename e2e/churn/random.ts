/** A stream of random numbers that a seed determines. */
export interface Random {
  /** At least 0, less than 1. */
  readonly share: () => number;
  /** An integer from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  /** One of them; undefined of none. */
  readonly pick: <T>(from: readonly T[]) => T | undefined;
  readonly chance: (share: number) => boolean;
}

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(share() * (most - least + 1));
  return {
    share,
    between,
    pick: (from) => from[Math.floor(share() * from.length)],
    chance: (limit) => share() < limit,
  };
}
