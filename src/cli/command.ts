import type { Config } from '../config/index.js';
import type { ExitCode } from './exit-code.js';
import type { Io } from './io.js';

export interface CommandInput {
  readonly config: Config;
  /** Files and directories, as given. */
  readonly paths: readonly string[];
  readonly io: Io;
}

/** Throws a WindlassError for what is not a result: wrong usage, a missing file, no Envoy. */
export type Command = (input: CommandInput) => Promise<ExitCode>;
