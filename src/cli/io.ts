import { homedir } from 'node:os';
import { EXIT } from './exit-code.js';
import type { Surroundings } from '../config/index.js';

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
}

/** Everything a command touches of the process it runs in. */
export interface Io {
  /** The command's result. */
  readonly stdout: Output;
  /** Events and errors. */
  readonly stderr: Output;
  readonly surroundings: Surroundings;
  /** Resolves when the process is asked to end (SIGINT, SIGTERM). */
  readonly stopRequested: Promise<string>;
}

export function processIo(): Io {
  const output = (stream: NodeJS.WriteStream): Output => ({
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY,
  });
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    surroundings: { env: process.env, cwd: process.cwd(), home: homedir() },
    // Only `up` asks for it: until then a signal ends the process at once, as it should.
    get stopRequested() {
      return new Promise<string>((resolve) => {
        let heard = 0;
        const hear = (signal: string): void => {
          resolve(signal);
          // A second Ctrl-C changes nothing: it would leave Envoys behind, and some tools that start us send two. A third is the way out.
          heard += 1;
          if (heard > 2) process.exit(EXIT.environment);
        };
        process.on('SIGINT', hear).on('SIGTERM', hear);
      });
    },
  };
}
