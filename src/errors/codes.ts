/**
 * Every code a {@link WindlassError} can carry, with what it means and what to do about it.
 * `docs/reference/errors.md` repeats this table; `codes.test.ts` ties the two and the code that throws them together.
 */
export const ERROR_CODES = {
  INTERNAL: 'A fault in Windlass itself. Please report it with the log.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;
