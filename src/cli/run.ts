import { compile, helpOf, type CommandName, type Invocation } from '../config/index.js';
import { WindlassError } from '../errors/index.js';
import type { Command } from './command.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';

/** Loaded when asked for: `version` need not wait for what `up` needs. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  up: async () => (await import('./up/index.js')).up,
  controller: async () => (await import('./controller/index.js')).controller,
  check: async () => (await import('./check.js')).check,
  config: async () => (await import('./config.js')).config,
  status: async () => (await import('./status.js')).status,
  fleets: async () => (await import('./fleets.js')).fleets,
  cert: async () => (await import('./cert.js')).cert,
  version: async () => (await import('./version.js')).version,
};

/** Runs one command line to its end. An error is one line on standard error: `windlass: CODE: message`. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let invocation: Invocation | undefined;
  try {
    invocation = compile(argv, io.surroundings);
    const { command, config, paths } = invocation;
    if (config.help || command === undefined) {
      io.stdout.write(helpOf(command));
      return EXIT.ok;
    }
    const perform = await COMMANDS[command]();
    return await perform({ config, paths, io });
  } catch (thrown) {
    const error = WindlassError.from(thrown);
    io.stderr.write(`windlass: ${error.code}: ${error.message.replaceAll('\n', ' ')}\n`);
    if (invocation?.config.logLevel === 'debug') {
      const { stack } = error.cause instanceof Error ? error.cause : error;
      io.stderr.write(`${stack ?? 'no stack'}\n`);
    }
    return exitCodeOf(error);
  }
}
