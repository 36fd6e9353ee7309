import { snapshotOf } from '../../src/envoy/index.js';
import { ingest, type KnownObject, refOf } from '../../src/resources/index.js';
import { createTranslator, evaluate, type Fleet } from '../../src/routing/index.js';
import { emptyStore, type Store } from '../../src/store/index.js';
import type { Snapshot } from '../../src/xds/index.js';
import { type Foretold, foretoldBy, type Guarded, requestOf } from './foretold.js';
import { certificateOf } from './listener-objects.js';
import type { WorldObjects } from './objects.js';
import type { Shape } from './shapes.js';
import { streamForetold, type StreamForetold, type StreamName } from './streams.js';
import type { Backend, Rules } from './tightening.js';
import { type CertificateName, PORTS, type World } from './world.js';

/** One configuration, by its number, and what it foretells. */
export interface State {
  readonly number: number;
  /** The change that made it. */
  readonly kind: string;
  readonly snapshot: () => Snapshot;
  /** Name of the route table that a new connection leads to; undefined: it is refused. */
  readonly entrance: (shape: Shape) => string | undefined;
  /** Over a connection that leads to this table; undefined when the table is no more. */
  readonly foretold: (shape: Shape, entrance: string) => readonly Foretold[] | undefined;
  /** What it allows and forbids. */
  readonly rules: Rules;
  /** Whom the request is sent to, copies of it too, over a connection to this table. */
  readonly backends: (shape: Shape, entrance: string) => readonly Backend[];
  /** By what and who is asked whether the request may pass, over a connection to this table. */
  readonly asked: (shape: Shape, entrance: string) => readonly string[];
  /** Every rule of the request's host that asks. */
  readonly guards: (shape: Shape, entrance: string) => readonly Guarded[];
  /** Clusters that the request is sent to, copies of it too, and those that are asked about it. */
  readonly clusters: (shape: Shape, entrance: string) => readonly string[];
  /** What a new connection that is no HTTP may meet. */
  readonly streams: (name: StreamName) => StreamForetold;
  /** Labels of the instances of a cluster; undefined without the cluster. */
  readonly labels: (cluster: string) => readonly string[] | undefined;
  /** The Secret that a new connection to the table is served. */
  readonly secret: (entrance: string) => CertificateName | undefined;
  /** Index of the key pair that a Secret holds. */
  readonly keyPair: (secret: CertificateName) => number | undefined;
}

/** Translates worlds one after another, as the product does with the files they are written to. */
export function stateMaker(
  objects: WorldObjects,
  addresses: readonly string[],
): (number: number, kind: string, world: World) => State {
  const translator = createTranslator({
    controllerName: 'windlass.io/gateway-controller',
    gatewayClassName: 'windlass',
    implicitClass: true,
    allowExternalName: true,
    allowLoopback: true,
  });
  const observation = { fleet: 'default/edge', addresses, ports: {}, portOffset: 0 };
  let store: Store = emptyStore().apply({ observations: [observation] });
  let known: ReadonlyMap<object, KnownObject> = new Map();
  return (number, kind, world) => {
    const next = new Map(objects.objects(world).map((raw) => [raw, known.get(raw) ?? ingested(raw)]));
    store = storeAfter(store, [...known.values()], [...next.values()]);
    known = next;
    const fleet = translator.translate(store).gateways[0]?.fleet;
    if (fleet === undefined) throw new Error('the Gateway serves nothing');
    return stateOf(number, kind, fleet, world);
  };
}

function ingested(raw: object): KnownObject {
  const { object, faults } = ingest(raw);
  if (object === undefined) throw new Error(JSON.stringify([faults, raw]));
  return object;
}

const keyOf = ({ kind, metadata }: KnownObject): string =>
  `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;

function storeAfter(store: Store, before: readonly KnownObject[], after: readonly KnownObject[]): Store {
  const old = new Set(before);
  const names = new Set(after.map(keyOf));
  return store.apply({
    upserts: after.filter((object) => !old.has(object)),
    deletes: before.filter((object) => !names.has(keyOf(object))).map(refOf),
  });
}

function stateOf(number: number, kind: string, fleet: Fleet, world: World): State {
  const labelOf = new Map<string, string>(
    world.services.flatMap(({ instances }) =>
      instances.flatMap(({ name, address, ports: [first, second] }) => [
        [`${address}:${first}`, `${name}a`] as const,
        [`${address}:${second}`, `${name}b`] as const,
      ]),
    ),
  );
  const answers = new Map<string, ReturnType<typeof foretoldBy> | undefined>();
  const tables = new Map(
    fleet.ports.flatMap((port) => port.tables.map((table) => [table.name, { port, table }] as const)),
  );
  const meets = (shape: Shape, entrance: string): ReturnType<typeof foretoldBy> | undefined => {
    const key = `${entrance} ${shape.host} ${shape.path} ${shape.isCall} ${shape.failsOnce}`;
    if (!answers.has(key)) {
      const found = tables.get(entrance);
      const only = found && { ...fleet, ports: [{ ...found.port, tables: [found.table] }] };
      answers.set(key, only && foretoldBy(only, shape, found.table.listener?.hostname));
    }
    return answers.get(key);
  };
  const foretold: State['foretold'] = (shape, entrance) => meets(shape, entrance)?.answers;
  const trusted = world.clients === 'ca-right' || world.clients === 'ca-wrong' ? world.clients : undefined;
  return {
    number,
    kind,
    rules: world,
    backends: (shape, entrance) =>
      (meets(shape, entrance)?.clusters ?? []).flatMap((name) => fleet.clusters.get(name)?.backend ?? []),
    snapshot: () => snapshotOf(fleet),
    entrance: (shape) =>
      evaluate(fleet, requestOf(shape, shape.port === PORTS.secureExtra ? trusted : undefined)).table,
    asked: (shape, entrance) => meets(shape, entrance)?.asked ?? [],
    guards: (shape, entrance) => meets(shape, entrance)?.guards ?? [],
    clusters: (shape, entrance) => {
      const { answers: foretell = [], clusters = [] } = meets(shape, entrance) ?? {};
      return [...clusters, ...foretell.flatMap(({ auth }) => auth)];
    },
    foretold,
    streams: (name) => streamForetold(name, world),
    labels: (cluster) => {
      const { tls } = fleet.clusters.get(cluster) ?? {};
      // Envoy connects to no backend whose certificate it cannot verify.
      if (tls?.ca.endsWith('/ca-wrong') === true) return [];
      const suffix = tls === undefined ? '' : 't';
      const endpoints = fleet.endpoints.get(cluster)?.endpoints;
      return endpoints?.map(({ address, port }) => {
        const at = `${address}:${port}`;
        return `${labelOf.get(at) ?? `unknown:${at}`}${suffix}`;
      });
    },
    secret: (entrance) => certificateOf(world, tables.get(entrance)?.table.listener?.name ?? ''),
    keyPair: (secret) => world.keyPairs[secret],
  };
}
