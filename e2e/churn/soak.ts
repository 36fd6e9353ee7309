// `make soak`: the long run. Options: --changes, --minutes, --rate; WINDLASS_SEED.
import { parseArgs } from 'node:util';
import { churn } from './churn.js';
import { printReport } from './report.js';

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '24' },
    rate: { type: 'string', default: '400' },
  },
});
const changes = Number(values.changes);
const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
console.log(`soak: ${changes} changes, seed ${seed}`);
const report = await churn({
  seed,
  changes,
  acknowledged: 0.31,
  rate: Number(values.rate),
  limitMs: Number(values.minutes) * 60_000,
  onProgress: (line) => console.log(line),
});
process.exitCode = printReport(report, { changes, acknowledged: 0.3 * changes }) ? 0 : 1;
