import type { FleetView, StreamView } from '../debug/index.js';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';
import { ask, replicasOf } from './running/index.js';
import { paintFor, type Paint } from './style.js';
import { table } from './table.js';

/** A stream, and which replica holds it. */
type HeldStream = StreamView & { readonly replica: string };
type Fleet = Omit<FleetView, 'streams'> & { readonly streams: readonly HeldStream[] };

/** `windlass fleets`: each Gateway's Envoys, whichever replica they are connected to, and what they have taken; the exit code is 1 if one rejects something or gets nothing. */
export const fleets: Command = async (input) => {
  const { config, io } = input;
  const replicas = await replicasOf(input);
  const views = await Promise.all(
    replicas.map(async (replica) => ({
      replica: replica.name,
      fleets: (await ask(replica, '/fleets')) as readonly FleetView[],
    })),
  );
  const all = merged(views);
  io.stdout.write(
    config.output === 'json'
      ? `${JSON.stringify(all, undefined, 2)}\n`
      : fleetTable(all, replicas.length > 1, paintFor(io.stdout, config)),
  );
  const isFaulty = ({ refused, rejected }: StreamView): boolean => refused !== '' || rejected.length > 0;
  return all.some(({ streams }) => streams.some(isFaulty)) ? EXIT.faults : EXIT.ok;
};

/** Every fleet once, as the first replica that has it sees it, with the streams of all replicas. */
function merged(
  views: readonly { readonly replica: string; readonly fleets: readonly FleetView[] }[],
): readonly Fleet[] {
  const all = new Map<string, Fleet>();
  for (const { replica, fleets } of views) {
    for (const view of fleets) {
      const known = all.get(view.fleet) ?? { ...view, streams: [] };
      const own = view.streams.map((stream) => ({ ...stream, replica }));
      all.set(view.fleet, { ...known, streams: [...known.streams, ...own] });
    }
  }
  return [...all.values()];
}

function fleetTable(all: readonly Fleet[], hasReplicas: boolean, paint: Paint): string {
  if (all.length === 0) return 'No Gateway of class windlass.\n';
  const rows = all.flatMap(({ fleet, addresses, ports, streams }) => [
    [
      paint('strong', fleet),
      addresses.join(','),
      ports.map(({ port, protocol }) => `${port}/${protocol}`).join(','),
      streams.length > 0 ? '' : paint('warning', 'no Envoy is connected'),
    ],
    ...streams.flatMap((stream) => streamRows(stream, hasReplicas, paint)),
  ]);
  return table(rows);
}

function streamRows(
  { node, version, replica, current, accepted, refused, rejected }: HeldStream,
  hasReplicas: boolean,
  paint: Paint,
): readonly (readonly string[])[] {
  const state =
    refused !== ''
      ? paint('bad', `gets nothing: ${refused}`)
      : current
        ? paint('good', 'current')
        : accepted
          ? paint('good', 'current but for removals')
          : paint('warning', 'has not taken the newest yet');
  return [
    [`  ${node}`, `Envoy ${version}`, hasReplicas ? `at ${replica}` : '', state],
    ...rejected.map(({ type, name, message }) => [
      '',
      '',
      '',
      paint('bad', `rejects ${type} ${name}: ${message}`),
    ]),
  ];
}
