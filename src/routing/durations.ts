// Durations of GEP-2257: up to four pairs of a number and a unit, `1h30m`, `500ms`, `0s`.

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const DURATION = /^(?:\d{1,5}(?:h|m|s|ms)){1,4}$/;

/** Milliseconds; undefined when the text is not a duration. */
export function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d{1,5})(ms|h|m|s)/g))
    sum += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return sum;
}
