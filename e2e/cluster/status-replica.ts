import { sortedMap } from '../../src/collections/index.js';
import {
  startReflector,
  type ApiClient,
  type Reflector,
  type ServerObject,
} from '../../src/kubernetes/index.js';
import { displayRef, KINDS, refOf, type KindName, type ObjectRef } from '../../src/resources/index.js';
import {
  NO_STATUSES,
  StatusWriter,
  transition,
  type CurrentCondition,
  type ObjectStatus,
  type StatusWriterLimits,
} from '../../src/status/index.js';
import { createMetrics, silentLogger } from '../../src/telemetry/index.js';
import { until } from '../harness/until.js';

type Current = ObjectStatus<CurrentCondition>;

/** A status writer with what feeds it, as it runs in a replica. */
export interface StatusReplica {
  readonly writer: StatusWriter;
  /** Paths of its PUTs, in the order they were sent. */
  readonly written: readonly string[];
  /** From now on our statuses are as before, but for these. */
  says(...statuses: readonly Current[]): void;
  /** From now on we say nothing of it. */
  forgets(ref: ObjectRef): void;
  /** The object as this replica knows it. */
  known(ref: ObjectRef): ServerObject | undefined;
  stop(): void;
}

const WATCHED: readonly KindName[] = ['GatewayClass', 'Gateway', 'HTTPRoute', 'BackendTLSPolicy'];

export async function statusReplica(
  client: ApiClient,
  controllerName: string,
  limits: Partial<StatusWriterLimits> = {},
): Promise<StatusReplica> {
  const objects = new Map<string, ServerObject>();
  const written: string[] = [];
  const known = (ref: ObjectRef): ServerObject | undefined => objects.get(displayRef(ref));
  const writer = new StatusWriter({
    client: {
      ...client,
      call: (request) => {
        if (request.method === 'PUT') written.push(request.path);
        return client.call(request);
      },
    },
    ...{ controllerName, current: known, pathOf, limits, logger: silentLogger, metrics: createMetrics() },
  });
  const synced = new Set<KindName>();
  const reflectors = WATCHED.map((kind): Reflector => {
    const { group, plural } = KINDS[kind];
    return startReflector({
      client,
      path: `/apis/${group}/v1/${plural}`,
      onChange: ({ upserts, deletes }) => {
        const upserted = upserts.map(({ object }) => ({
          ref: refOf({ apiVersion: `${group}/v1`, ...object, kind }),
          object,
        }));
        for (const { ref, object } of upserted) objects.set(displayRef(ref), object);
        for (const object of deletes)
          objects.delete(displayRef(refOf({ apiVersion: `${group}/v1`, ...object, kind })));
        for (const { ref } of upserted) writer.seen(ref);
      },
      onState: ({ is }) => {
        if (is === 'synced') synced.add(kind);
      },
    });
  });
  await until('all is known', () => (synced.size === WATCHED.length ? true : undefined), 60_000);
  let current = sortedMap<Current>();
  let book = NO_STATUSES;
  const next = (): void => {
    book = transition(book, current, new Date());
    writer.write(book);
  };
  return {
    writer,
    written,
    known,
    says: (...statuses) => {
      current = current.edit(statuses.map((status) => [displayRef(status.ref), status] as const));
      next();
    },
    forgets: (ref) => {
      current = current.edit([[displayRef(ref), undefined]]);
      next();
    },
    stop: () => {
      writer.stop();
      for (const each of reflectors) each.stop();
    },
  };
}

export function pathOf({ group, kind, namespace, name }: ObjectRef): string {
  const { plural } = KINDS[kind as KindName];
  const within = namespace === '' ? '' : `namespaces/${namespace}/`;
  return `/apis/${group}/v1/${within}${plural}/${name}`;
}
