import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../../collections/testing/by-entries.js';
import { sortedMap, type SortedMap } from '../../collections/index.js';
import { snapshotOf } from '../../envoy/index.js';
import { refOf, type KnownObject } from '../../resources/index.js';
import { createTranslator, type Model } from '../../routing/index.js';
import { OPTIONS } from '../../routing/testing/given.js';
import { WORLD, worldChange } from '../../routing/testing/world.js';
import { nextProgress, statusesOf, type FleetProgress, type Statuses } from '../../status/index.js';
import { emptyStore, type FleetObservation, type StoreChange } from '../../store/index.js';
import { closureFaults, resourceBytes, type Resource, type Snapshot } from '../../xds/index.js';

// From the store to bytes and statuses: what has come about change by change is what the objects of the moment mean by themselves.

/** Of a snapshot: all that a client or a trial can see. */
function contentOf(snapshot: Snapshot | undefined) {
  return Object.entries(snapshot?.resources ?? {}).map(([type, named]) => [
    type,
    [...named.values()].map((resource) => ({
      name: resource.name,
      version: resource.version,
      bytes: Buffer.from(resourceBytes(resource)).toString('base64'),
      sections: resource.sections.map(({ key, hash, fallback, wider, parts }) => ({
        key,
        hash,
        wider,
        fallback: fallback?.map((part) => part.hash),
        parts: parts.map((part) => ({
          key: part.key,
          hash: part.hash,
          references: part.references,
          owner: part.owner,
          permits: part.permits,
          replacement: part.replacement?.hash,
        })),
      })),
    })),
  ]);
}

function snapshotsOf(model: Model, previous: ReadonlyMap<string, Snapshot>): ReadonlyMap<string, Snapshot> {
  return new Map(
    model.gateways.flatMap(({ fleet }) =>
      fleet === undefined ? [] : [[fleet.id, snapshotOf(fleet, previous.get(fleet.id))] as const],
    ),
  );
}

/** Every `nth` part is convicted, and every cluster of such a number. */
function progressOf(
  model: Model,
  snapshots: ReadonlyMap<string, Snapshot>,
  nth: number,
): ReadonlyMap<string, FleetProgress> {
  return new Map(
    model.gateways.map((each) => {
      const { namespace = '', name } = each.gateway.metadata;
      const fleet = `${namespace}/${name}`;
      const resources = snapshots.get(fleet)?.resources;
      const all: readonly Resource[] = [
        ...(resources?.routes.values() ?? []),
        ...(resources?.cluster.values() ?? []),
      ];
      const convictions = all
        .flatMap(({ type, name: of, sections }) =>
          sections.flatMap(({ parts }) =>
            parts.map(({ owner }) => ({ owner, message: 'no', resource: `${type} ${of}` })),
          ),
        )
        .filter((_, i) => nth > 0 && i % nth === 0);
      const said = { fleet, connected: 1, counted: 1, accepted: {}, rejected: [], convictions };
      return [fleet, nextProgress(undefined, each, said, 0)];
    }),
  );
}

/** The objects and observations that are there after some changes, as they would be read for the first time. */
function createObjects() {
  const objects = new Map<string, KnownObject>();
  const observations = new Map<string, FleetObservation>();
  const idOf = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }): string =>
    `${kind} ${namespace}/${name}`;
  return {
    apply(change: StoreChange) {
      for (const ref of change.deletes ?? []) objects.delete(idOf(ref));
      for (const object of change.upserts ?? []) objects.set(idOf(refOf(object)), object);
      for (const fleet of change.unobserved ?? []) observations.delete(fleet);
      for (const observation of change.observations ?? []) observations.set(observation.fleet, observation);
    },
    read: (): StoreChange => ({
      upserts: [...objects.values()].map((object) => structuredClone(object)),
      observations: [...observations.values()].map((observation) => structuredClone(observation)),
    }),
  };
}

/** A route that sends requests or copies into another namespace says by which permissions, and all of them hold. */
function expectPermitted({ resources, permitted }: Snapshot): void {
  const parts = [...resources.routes.values()].flatMap(({ sections }) =>
    sections.flatMap((each) => each.parts),
  );
  for (const { owner, references, permits = [] } of parts) {
    const [, own = ''] = /^(?:HTTP|GRPC)Route (.*)\//.exec(owner.object) ?? [];
    const backends = references.map(({ name }) => name.replace(/^(xbackend|serviceimport)_/, ''));
    const foreign = backends.filter((name) => own !== '' && !name.startsWith(`${own}_`));
    const targets = foreign.map((name) => name.replace(/_80(_[0-9a-f]+)?$/, ''));
    // The others say of each cluster how it is secured.
    const grants = permits.filter((permit) => permit.startsWith('gateway.networking.k8s.io '));
    expect(new Set(grants.map((permit) => permit.split(' ').slice(-2).join('_')))).toEqual(new Set(targets));
    for (const permit of permits) expect(permitted?.(permit)).toBe(true);
  }
}

function expectAllTold(before: Snapshot | undefined, after: Snapshot): void {
  const none: SortedMap<Resource> = sortedMap();
  for (const type of ['cluster', 'endpoints', 'listener', 'routes', 'secret'] as const) {
    const [old, now] = [before?.resources[type] ?? none, after.resources[type]];
    const names = [...new Set([...old.keys(), ...now.keys()])].sort();
    const differing = names.filter((name) => old.get(name)?.version !== now.get(name)?.version);
    expect(now.changesSince(old).map(({ key }) => key)).toEqual(expect.arrayContaining(differing));
  }
}

const step = fc.record({
  change: fc
    .record({ world: worldChange, unobserved: fc.constantFrom([], [], [], ['default/gw'], ['far/gw2']) })
    .map(({ world, unobserved }): StoreChange => ({ ...world, unobserved })),
  nth: fc.constantFrom(0, 0, 1, 3),
});

describe('snapshots and statuses from moment to moment', () => {
  it('are those of the same objects read for the first time', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
        const translator = createTranslator(OPTIONS);
        const objects = createObjects();
        let store = emptyStore();
        let snapshots: ReadonlyMap<string, Snapshot> = new Map();
        let statuses: Statuses | undefined;
        for (const { change, nth } of [{ change: WORLD, nth: 0 }, ...steps]) {
          objects.apply(change);
          store = store.apply(change);
          const model = translator.translate(store);
          const next = snapshotsOf(model, snapshots);
          const anew = createTranslator(OPTIONS).translate(emptyStore().apply(objects.read()));
          const fresh = snapshotsOf(anew, new Map());
          expect([...next.keys()]).toEqual([...fresh.keys()]);
          for (const [fleet, snapshot] of next) {
            expect(contentOf(snapshot)).toEqual(contentOf(fresh.get(fleet)));
            expect(closureFaults(snapshot)).toEqual([]);
            expectPermitted(snapshot);
            expectAllTold(snapshots.get(fleet), snapshot);
          }
          snapshots = next;
          statuses = statusesOf(model, progressOf(model, next, nth), OPTIONS.controllerName, statuses);
          const wanted = statusesOf(anew, progressOf(anew, fresh, nth), OPTIONS.controllerName);
          expect([...statuses.current]).toEqual([...wanted.current]);
        }
      }),
      { numRuns: 40 },
    );
  });
});
