// What many hosts on one port cost: HTTPS listeners that refuse each other's hosts, and exact hosts that fall through to a wildcard's rules:
// `node --import ./scripts/ts.mjs bench/hosts.ts`. Figures beside each other are of one run: only their ratios mean something.
import { snapshotOf } from '../src/envoy/index.js';
import type { Gateway, KnownObject } from '../src/resources/index.js';
import { createTranslator, EVERY_HOST, type Fleet } from '../src/routing/index.js';
import { OPTIONS, objects } from '../src/routing/testing/given.js';
import { ONE, tlsSecret } from '../src/routing/testing/key-pair.js';
import { gateway, route, services, to } from '../src/routing/testing/yaml.js';
import { emptyStore } from '../src/store/index.js';
import { resourceBytes, type Resource, type Snapshot } from '../src/xds/index.js';
import { envoyOf } from './envoy-of.js';
import { spreadOf } from './figures.js';
import { figure, tableText } from './table.js';

const PORT = 8443;
const CHANGES = 15;

const host = (i: number): string => `host-${i}.example.com`;
const https = (name: string, hostname?: string): string =>
  `{ name: ${name}, port: ${PORT}, protocol: HTTPS, ${hostname === undefined ? '' : `hostname: "${hostname}", `}tls: { certificateRefs: [{ name: cert }] } }`;

/** More listeners than a Gateway may have of its own: what ListenerSets add to it. */
function gatewayOf(count: number, withAny: boolean): Gateway {
  const [first] = objects(gateway(https('any')));
  if (first?.kind !== 'Gateway') throw new Error('no Gateway');
  const [any, ...rest] = [...Array(count + 1).keys()];
  if (any === undefined) throw new Error('no listener');
  const own = first.spec.listeners[0];
  if (own === undefined) throw new Error('no listener');
  const listeners = rest.map((i) => ({ ...own, name: `l${i}`, hostname: host(i) }));
  return { ...first, spec: { ...first.spec, listeners: withAny ? [own, ...listeners] : listeners } };
}

interface World {
  readonly name: string;
  readonly objects: readonly KnownObject[];
  /** Each is a change; the next takes it back. */
  readonly changes: Readonly<Record<string, readonly [KnownObject[], KnownObject[]]>>;
}

const routeFor = (i: number, prefix = '/'): string =>
  route(`r${i}`, { hostnames: [host(i)] }, to('a', prefix));

function listenerWorld(count: number, withAny = false): World {
  const routes = [...Array(count).keys()].map((i) => routeFor(i + 1)).join('');
  return {
    name: `${count} HTTPS listeners${withAny ? ' and one without a hostname' : ''}`,
    objects: [...objects(tlsSecret('cert', ONE) + services('a') + routes), gatewayOf(count, withAny)],
    changes: {
      'a route': [[...objects(routeFor(1, '/x'))], [...objects(routeFor(1))]],
      'a listener': [[gatewayOf(count + 1, withAny)], [gatewayOf(count, withAny)]],
    },
  };
}

function wildcardWorld(count: number, rules: number): World {
  const wildcard = (last: string): string =>
    route(
      'wildcard',
      { hostnames: ['*.example.com'] },
      ...[...Array(rules).keys()].map((i) => to('a', i === 0 ? last : `/wild-${i}`)),
    );
  const exact = [...Array(count).keys()].map((i) => routeFor(i + 1, '/own')).join('');
  const [first] = objects(gateway(https('any')));
  if (first === undefined) throw new Error('no Gateway');
  const all = rules === 0 ? '' : wildcard('/wild');
  return {
    name: `${count} exact hosts${rules === 0 ? '' : `, a wildcard with ${rules} rules`}`,
    objects: [...objects(tlsSecret('cert', ONE) + services('a') + exact + all), first],
    changes: {
      'a route': [[...objects(routeFor(1, '/x'))], [...objects(routeFor(1, '/own'))]],
      ...(rules > 0 && {
        'the wildcard': [[...objects(wildcard('/other'))], [...objects(wildcard('/wild'))]],
      }),
    },
  };
}

const bytesOf = (resources: readonly Resource[]): number =>
  resources.reduce((sum, resource) => sum + resourceBytes(resource).length, 0);

function changed(before: Snapshot, after: Snapshot): readonly Resource[] {
  const types = ['cluster', 'endpoints', 'listener', 'routes', 'secret'] as const;
  return types.flatMap((type) =>
    after.resources[type].changesSince(before.resources[type]).flatMap((change) => change.after ?? []),
  );
}

interface Measured {
  readonly rows: readonly (readonly string[])[];
  readonly fleet: Fleet;
  /** After the last sort of change. */
  readonly next: Fleet;
}

function measure({ name, objects: all, changes }: World): Measured {
  const translator = createTranslator(OPTIONS);
  const observation = { fleet: 'default/gw', addresses: ['127.0.0.1'], ports: {}, portOffset: -PORT };
  let store = emptyStore().apply({ upserts: all, observations: [observation] });
  const fleetOf = (): Fleet => {
    const fleet = translator.translate(store).gateways[0]?.fleet;
    if (fleet === undefined) throw new Error('nothing is served');
    return fleet;
  };
  const start = performance.now();
  const fleet = fleetOf();
  let snapshot = snapshotOf(fleet);
  const firstMs = performance.now() - start;
  const rows = [
    [name, 'all', figure(firstMs), kilo(bytesOf(changed(snapshotOf({ ...fleet, ports: [] }), snapshot)))],
  ];
  for (const [what, [there, back]] of Object.entries(changes)) {
    const ms: number[] = [];
    let sent = 0;
    for (let i = 0; i < 2 * CHANGES; i += 1) {
      store = store.apply({ upserts: i % 2 === 0 ? there : back });
      const began = performance.now();
      const next = snapshotOf(fleetOf(), snapshot);
      ms.push(performance.now() - began);
      if (i === 0) sent = bytesOf(changed(snapshot, next));
      snapshot = next;
    }
    rows.push([name, what, figure(spreadOf(ms).median), kilo(sent)]);
  }
  const [last] = Object.values(changes).at(-1) ?? [];
  store = store.apply({ upserts: last ?? [] });
  return { rows, fleet, next: fleetOf() };
}

const kilo = (bytes: number): string => figure(bytes / 1024);

/** The same without what refuses the hosts of other listeners. */
function without(fleet: Fleet): Fleet {
  const ports = fleet.ports.map((port) => ({
    ...port,
    tables: port.tables.map((table) => {
      const isStranger = table.listener?.hostname !== undefined;
      const hosts = table.virtualHosts.edit(
        [...table.virtualHosts].map(([domain, model]) => [
          domain,
          isStranger && domain === EVERY_HOST ? undefined : { ...model, foreign: [] },
        ]),
      );
      return { ...table, virtualHosts: hosts };
    }),
  }));
  return { ...fleet, ports };
}

const worlds = [
  listenerWorld(50),
  listenerWorld(500),
  listenerWorld(500, true),
  wildcardWorld(1_000, 0),
  wildcardWorld(1_000, 16),
];
const measured = worlds.map(measure);
console.log(
  tableText(
    ['control plane', 'change', 'ms', 'kB'],
    measured.flatMap(({ rows }) => rows),
  ),
);
const rows: string[][] = [];
for (const [i, { fleet, next }] of measured.entries()) {
  const all = await envoyOf(snapshotOf(fleet), snapshotOf(next));
  const bare = await envoyOf(snapshotOf(without(fleet)), snapshotOf(without(next)));
  const figures = (['mb', 'startMs', 'changeMs'] as const).flatMap((of) => [
    figure(all[of]),
    figure(bare[of]),
  ]);
  rows.push([worlds[i]?.name ?? '', ...figures]);
}
const headings = ['MB', 'CPU ms to start', 'CPU ms for the last change'].flatMap((of) => [of, 'without 421']);
console.log(`\n${tableText(['Envoy', ...headings], rows)}`);
