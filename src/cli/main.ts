import { processIo } from './io.js';
import { run } from './run.js';

// A reader that goes away early (`windlass config site | head`, a log that is closed) is no fault, and what is served goes on: what is
// written from then on is lost, and the exit code stays true.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await run(process.argv.slice(2), processIo());
