/**
 * Every code a {@link WindlassError} can carry, with what it means and what to do about it.
 * `docs/reference/errors.md` repeats this table; `codes.test.ts` ties the two and the code that throws them together.
 */
export const ERROR_CODES = {
  INTERNAL: 'A fault in Windlass itself. Please report it with the log.',
  MALFORMED_MESSAGE:
    'Bytes that should be a message of the Envoy API are not one. The peer speaks another protocol, or another API version.',
  SOURCE_NOT_FOUND: 'A file or directory to read does not exist. Check the paths given on the command line.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;
