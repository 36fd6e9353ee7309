import { stringify } from 'yaml';
import { configView } from '../debug/index.js';
import { configDump, snapshotOf } from '../envoy/index.js';
import { WindlassError } from '../errors/index.js';
import type { Fleet, GatewayModel } from '../routing/index.js';
import { displayDiagnostic } from '../sources/index.js';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';
import { readWorld } from './world.js';

/**
 * `windlass config`: what Envoy would get, by fleet and type, in canonical protobuf JSON (or the same as YAML). Nothing runs; a Gateway
 * without `spec.addresses` is shown at 127.0.0.1. Faulty objects are left out and named on standard error; the exit code is then 1.
 */
export const config: Command = async ({ config: options, paths, io }) => {
  const { loaded, model } = await readWorld(paths);
  const faults = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  for (const fault of faults) io.stderr.write(`${displayDiagnostic(fault)}\n`);
  const only = options.type === 'all' ? undefined : options.type;
  const shown = Object.fromEntries(
    chosen(model.gateways, options.fleet).map((fleet) => [
      fleet.id,
      configView(configDump(snapshotOf(fleet)), only),
    ]),
  );
  io.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify(shown, undefined, 2)}\n`
      : stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  return faults.length > 0 ? EXIT.faults : EXIT.ok;
};

/** @throws WindlassError USAGE when the fleet that was asked for is not served */
function chosen(gateways: readonly GatewayModel[], id: string): readonly Fleet[] {
  const fleets = gateways.flatMap(({ accepted, fleet }) =>
    accepted.accepted && fleet !== undefined ? [fleet] : [],
  );
  if (id === '') return fleets;
  const fleet = fleets.find((candidate) => candidate.id === id);
  if (fleet !== undefined) return [fleet];
  const served =
    fleets.length === 0 ? 'none is' : `served are ${fleets.map((candidate) => candidate.id).join(', ')}`;
  throw new WindlassError('USAGE', `Gateway ${id} is not served by these files; ${served}`);
}
