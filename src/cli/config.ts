import { stringify } from 'yaml';
import type { Config } from '../config/index.js';
import { configView, type FleetView } from '../debug/index.js';
import { configDump, snapshotOf } from '../envoy/index.js';
import { WindlassError } from '../errors/index.js';
import type { Fleet, GatewayModel } from '../routing/index.js';
import { displayDiagnostic } from '../sources/index.js';
import type { Command, CommandInput } from './command.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { readWorld } from './world.js';

/**
 * `windlass config`: by fleet and type, in canonical protobuf JSON (or the same as YAML), what Envoy would get of files; without files, what
 * it gets of a running control plane.
 */
export const config: Command = async (input) =>
  await (input.paths.length > 0 ? ofFiles(input) : ofRunning(input));

/**
 * Nothing runs; a Gateway without `spec.addresses` is shown at 127.0.0.1. Faulty objects are left out and named on standard error; the exit
 * code is then 1.
 */
async function ofFiles({ config: options, paths, io }: CommandInput): Promise<ExitCode> {
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
  print(shown, options, io);
  return faults.length > 0 ? EXIT.faults : EXIT.ok;
}

/** @throws WindlassError USAGE when the fleet that was asked for is not served */
async function ofRunning(input: CommandInput): Promise<ExitCode> {
  const { config: options, io } = input;
  // Loaded when asked for: files need nothing of a cluster's client, which takes a third of a second.
  const { ask, replicasOf } = await import('./running/index.js');
  const [replica] = await replicasOf(input);
  const query = new URLSearchParams({
    ...(options.fleet !== '' && { fleet: options.fleet }),
    ...(options.type !== 'all' && { type: options.type }),
  });
  if (options.fleet !== '') {
    const known = (await ask(replica, '/fleets')) as readonly FleetView[];
    requireServed(
      known.map(({ fleet }) => fleet),
      options.fleet,
    );
  }
  print(await ask(replica, `/config?${query.toString()}`), options, io);
  return EXIT.ok;
}

function print(shown: unknown, { output }: Config, io: Io): void {
  io.stdout.write(
    output === 'json'
      ? `${JSON.stringify(shown, undefined, 2)}\n`
      : stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
}

/** @throws WindlassError USAGE when the fleet that was asked for is not served */
function chosen(gateways: readonly GatewayModel[], id: string): readonly Fleet[] {
  const fleets = gateways.flatMap(({ accepted, fleet }) =>
    accepted.accepted && fleet !== undefined ? [fleet] : [],
  );
  if (id === '') return fleets;
  requireServed(
    fleets.map((fleet) => fleet.id),
    id,
  );
  return fleets.filter((fleet) => fleet.id === id);
}

function requireServed(fleets: readonly string[], id: string): void {
  if (fleets.includes(id)) return;
  const served = fleets.length === 0 ? 'none is' : `served are ${fleets.join(', ')}`;
  throw new WindlassError('USAGE', `Gateway ${id} is not served; ${served}`);
}
