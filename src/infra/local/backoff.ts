export interface BackoffOptions {
  /** Upper bound of the first wait. Milliseconds. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Milliseconds before attempt `failures` + 1: doubled for each failure, capped, with full jitter between half and the whole. */
export function backoffMs(
  failures: number,
  { firstMs, maxMs }: BackoffOptions,
  random = Math.random,
): number {
  const whole = Math.min(firstMs * 2 ** Math.max(failures - 1, 0), maxMs);
  return whole / 2 + (random() * whole) / 2;
}
