import type { WindlassError } from '../errors/index.js';

/** Exit codes of every command; `docs/reference/cli.md` documents them. */
export const EXIT = {
  ok: 0,
  /** Something in the files is wrong. */
  faults: 1,
  usage: 2,
  /** Something is missing around the command (Envoy, a port, a file), or Windlass itself failed. */
  environment: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf({ code }: WindlassError): ExitCode {
  return code === 'USAGE' ? EXIT.usage : EXIT.environment;
}
