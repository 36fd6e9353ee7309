/** In bytes, after garbage collection. */
export interface Memory {
  readonly heap: number;
  /** Of buffers and of native objects. */
  readonly external: number;
  readonly rss: number;
}

/**
 * Most that the trend may add over the second half of a run. What forgetting one name in ten changes costs is more: a map entry with its key is about
 * 100 bytes, and 50,000 changes bring as many names. What the bounded tables (timeline, caches of patterns) vary by is less.
 */
export const GROWTH_LIMIT_BYTES = 500_000;

/** Memory that is really used: collected until finalizers have run and nothing more comes free. Needs `--expose-gc`. */
export async function collected(): Promise<Memory> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('run with --expose-gc');
  const ROUNDS = 12;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Weak references hold until the current job ends, and finalizers are jobs themselves.
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss };
}

/** What the trend of the second half adds up to: the median of the slopes between any two samples, so that no single one decides. */
export function growthOf(samples: readonly (Memory & { readonly changes: number })[]): Memory {
  const half = samples.slice(Math.floor(samples.length / 2));
  const span = (half.at(-1)?.changes ?? 0) - (half[0]?.changes ?? 0);
  const trend = (of: keyof Memory): number => {
    const slopes = half.flatMap((later, i) =>
      half.slice(0, i).map((earlier) => (later[of] - earlier[of]) / (later.changes - earlier.changes)),
    );
    return median(slopes) * span;
  };
  return { heap: trend('heap'), external: trend('external'), rss: trend('rss') };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] =
    sorted.length % 2 === 0 ? sorted.slice(middle - 1) : [sorted[middle], sorted[middle]];
  return (low + high) / 2;
}
