import { snapshotOf } from '../../src/envoy/index.js';
import { ingest, type KnownObject, refOf } from '../../src/resources/index.js';
import {
  createTranslator,
  evaluate,
  type Fleet,
  type ForwardShare,
  type RequestModel,
} from '../../src/routing/index.js';
import { emptyStore, type Store } from '../../src/store/index.js';
import type { Snapshot } from '../../src/xds/index.js';
import { TIGHTENING } from './changes.js';
import { certificateOf, type WorldObjects } from './objects.js';
import type { Shape } from './shapes.js';
import { streamForetold, type StreamForetold, type StreamName } from './streams.js';
import type { CertificateName, World } from './world.js';

/** One thing that a request may be answered. */
export type Foretold =
  | { readonly kind: 'text'; readonly answer: string }
  /** By any endpoint of the cluster; `seen` is what the backend sees, as it writes it. */
  | { readonly kind: 'forward'; readonly cluster: string; readonly seen: string };

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
  /** The change forbids something that the state before it allowed. */
  readonly tightens: boolean;
  /** Whether such a thing concerns what the request meets over a connection to this table. */
  readonly isGuarded: (shape: Shape, entrance: string) => boolean;
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
  const labelOf = new Map(
    world.services.flatMap(({ instances }) =>
      instances.flatMap(({ name, ports: [first, second] }) => [
        [first, `${name}a`] as const,
        [second, `${name}b`] as const,
      ]),
    ),
  );
  const answers = new Map<string, readonly Foretold[] | undefined>();
  const tables = new Map(
    fleet.ports.flatMap((port) => port.tables.map((table) => [table.name, { port, table }] as const)),
  );
  const foretold: State['foretold'] = (shape, entrance) => {
    const key = `${entrance} ${shape.host} ${shape.path} ${shape.isCall}`;
    if (!answers.has(key)) {
      const found = tables.get(entrance);
      const only = found && { ...fleet, ports: [{ ...found.port, tables: [found.table] }] };
      answers.set(key, only && foretoldBy(only, shape, found.table.listener?.hostname));
    }
    return answers.get(key);
  };
  return {
    number,
    kind,
    tightens: TIGHTENING.has(kind),
    isGuarded: (shape, entrance) =>
      foretold(shape, entrance)?.some(
        (one) => one.kind === 'forward' && fleet.clusters.get(one.cluster)?.tls !== undefined,
      ) === true,
    snapshot: () => snapshotOf(fleet),
    entrance: (shape) => evaluate(fleet, requestOf(shape)).table,
    foretold,
    streams: (name) => streamForetold(name, world),
    labels: (cluster) => {
      const { tls } = fleet.clusters.get(cluster) ?? {};
      // Envoy connects to no backend whose certificate it cannot verify.
      if (tls?.ca.endsWith('/ca-wrong') === true) return [];
      const suffix = tls === undefined ? '' : 't';
      const endpoints = fleet.endpoints.get(cluster)?.endpoints;
      return endpoints?.map(({ port }) => `${labelOf.get(port) ?? `unknown:${port}`}${suffix}`);
    },
    secret: (entrance) => certificateOf(world, tables.get(entrance)?.table.listener?.name ?? ''),
    keyPair: (secret) => world.keyPairs[secret],
  };
}

function requestOf({ port, sni, host, path, isCall }: Shape): RequestModel {
  const tls = sni === undefined ? {} : { sni };
  const scheme = sni === undefined ? 'http' : 'https';
  const call = { method: 'POST', headers: [['content-type', 'application/grpc']] } as const;
  return { port, scheme, ...tls, host, path, ...(isCall ? call : { method: 'GET', headers: [] }) };
}

/** As the load generator writes what the proxy answers itself. */
function ownAnswer(outcome: NonNullable<ForwardShare['answer']>): string {
  if (outcome.grpcStatus !== undefined) return `grpc ${outcome.grpcStatus}`;
  return outcome.kind === 'redirect' ? `${outcome.status} ${outcome.location}` : String(outcome.status);
}

/** `fleet` has one table, that of a listener with this hostname: any server name it takes leads there. */
function foretoldBy(fleet: Fleet, shape: Shape, hostname: string | undefined): readonly Foretold[] {
  const sni = shape.sni === undefined ? {} : { sni: (hostname ?? 'any.test').replace('*', 'any') };
  const { outcome } = evaluate(fleet, { ...requestOf(shape), ...sni });
  switch (outcome.kind) {
    case 'refused':
      throw new Error(`the table does not take what came in by it: ${outcome.message}`);
    case 'respond':
    case 'preflight':
    case 'redirect':
      return [{ kind: 'text', answer: ownAnswer(outcome) }];
    case 'forward':
      return outcome.shares.map(({ cluster, answer, path, host, headers }): Foretold => {
        if (answer !== undefined) return { kind: 'text', answer: ownAnswer(answer) };
        if (cluster === undefined) throw new Error('a share without cluster answers nothing');
        const mark = headers.find(([name]) => name === 'x-mark')?.[1] ?? '-';
        return { kind: 'forward', cluster, seen: `${path} ${host} ${mark}` };
      });
  }
}
