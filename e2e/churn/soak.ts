// `make soak`, `make soak-kills`, `make soak-fleet`: the long runs. Options: --with nothing|kills|restarts, --changes, --minutes, --rate; WINDLASS_SEED.
// `--with restarts` must be started in a network namespace of its own: `unshare --net node … soak.ts`.
import { parseArgs } from 'node:util';
import { churn } from './churn.js';
import { UNDISTURBED, type Disturbance } from './disturbance.js';
import { kills } from './kills.js';
import { addressAtHub, HUB, openNamespaces } from './namespaces.js';
import { LOOPBACK, type Place } from './place.js';
import { randomOf } from './random.js';
import { printReport } from './report.js';
import { restarts } from './restarts.js';

const { values } = parseArgs({
  options: {
    with: { type: 'string', default: 'nothing' },
    changes: { type: 'string' },
    minutes: { type: 'string', default: '23' },
    rate: { type: 'string', default: '400' },
  },
});
const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);

async function scene(): Promise<{ readonly place: Place; readonly disturbance: Disturbance }> {
  switch (values.with) {
    case 'nothing':
      return { place: LOOPBACK, disturbance: UNDISTURBED };
    case 'kills':
      return { place: LOOPBACK, disturbance: kills(randomOf(seed + 1)) };
    case 'restarts': {
      const namespaces = await openNamespaces(2);
      const addresses = namespaces.map(({ address }) => address);
      const place = { addresses, backendAddress: addressAtHub, arguments: ['--xds-address', HUB] };
      return { place, disturbance: restarts(namespaces) };
    }
    default:
      throw new Error(`--with ${values.with}: must be nothing, kills or restarts`);
  }
}

// Undisturbed it is the changes that count, else the time: how many fit into it depends on the disturbance.
const undisturbed = values.with === 'nothing';
const changes = Number(values.changes ?? (undisturbed ? 10_000 : 1_000_000));
const least = undisturbed ? changes : 20;
console.log(
  `soak with ${values.with}: at most ${changes} changes in ${values.minutes} minutes, seed ${seed}`,
);
const report = await churn({
  ...(await scene()),
  seed,
  changes,
  acknowledged: 0.31,
  rate: Number(values.rate),
  limitMs: Number(values.minutes) * 60_000,
  onProgress: (line) => console.log(line),
});
process.exitCode = printReport(report, { changes: least, acknowledged: 0.3 * least }) ? 0 : 1;
