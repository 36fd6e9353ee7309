import { displayRef, refOf, type InstalledBundle, type KnownObject } from '../../../resources/index.js';
import type { Logger } from '../../../telemetry/index.js';
import { ClusterSource } from '../cluster-source.js';
import type { FakeApiServer } from './fake-api-server.js';

/** A source with quick waits, and what it told. */
export interface Followed {
  readonly source: ClusterSource;
  /** Each change as one line. */
  readonly told: string[];
  /** What is in use, by `Kind namespace/name`. */
  readonly objects: Map<string, KnownObject>;
  readonly statuses: string[];
  readonly bundles: (InstalledBundle | undefined)[];
  /** Events and their fields, as JSON. */
  readonly log: string[];
  readonly started: Promise<void>;
}

export function follow(server: FakeApiServer): Followed {
  const told: string[] = [];
  const objects = new Map<string, KnownObject>();
  const statuses: string[] = [];
  const bundles: (InstalledBundle | undefined)[] = [];
  const log: string[] = [];
  const write = (event: string, fields?: object): void => void log.push(`${event} ${JSON.stringify(fields)}`);
  const logger: Logger = {
    error: write,
    warn: write,
    info: write,
    debug: () => undefined,
    child: () => logger,
  };
  const source = new ClusterSource({
    client: server.client,
    logger,
    onChange: ({ upserts, deletes }) => {
      for (const object of upserts) objects.set(displayRef(refOf(object)), object);
      for (const ref of deletes) objects.delete(displayRef(ref));
      const lines = [
        ...upserts.map((object) => `+${displayRef(refOf(object))}`),
        ...deletes.map((ref) => `-${displayRef(ref)}`),
      ];
      told.push(lines.toSorted().join(' '));
    },
    onBundle: (bundle) => bundles.push(bundle),
    onStatusSeen: (ref) => statuses.push(displayRef(ref)),
    quietMs: 5,
    limits: { firstWaitMs: 5, longestWaitMs: 20, absentMs: 20 },
    waits: {
      kinds: { soonMs: 10, restMs: 50, certainMs: 400 },
      contents: { firstMs: 5, longestMs: 20, forbiddenMs: 50 },
    },
  });
  return { source, told, objects, statuses, bundles, log, started: source.start() };
}

/** Waits until it holds; fails with what was seen instead. */
export async function eventually(
  what: string,
  holds: () => boolean,
  seen: () => unknown = () => '',
): Promise<void> {
  const end = performance.now() + 4000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited for ${what}; seen: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
