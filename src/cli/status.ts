import type { ObjectStatus } from '../status/index.js';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';
import { ask, replicasOf } from './running/index.js';
import { statusTable } from './status-table.js';
import { paintFor } from './style.js';
import { summaryOf } from './up/summary.js';

/** `windlass status`: what a running control plane says of each object, as `up` prints it; the exit code is 1 while something is not served as written. */
export const status: Command = async (input) => {
  const { config, io } = input;
  const [replica] = await replicasOf(input);
  const statuses = (await ask(replica, '/status')) as readonly ObjectStatus[];
  const lines = statuses.flatMap(summaryOf);
  io.stdout.write(
    config.output === 'json'
      ? `${JSON.stringify(statuses, undefined, 2)}\n`
      : statusTable(lines, paintFor(io.stdout, config)),
  );
  return lines.some(({ state }) => state === 'bad') ? EXIT.faults : EXIT.ok;
};
