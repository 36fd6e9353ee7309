import { describe, expect, it } from '@jest/globals';
import { createTranslator } from '../../routing/index.js';
import { assigned, objects } from '../../routing/testing/given.js';
import { gateway, HTTP, route, services, to } from '../../routing/testing/yaml.js';
import type { FleetAcknowledgements, OtherReplicas, StatusBook } from '../../status/index.js';
import { createMetrics, silentLogger } from '../../telemetry/index.js';
import type { Owner } from '../../xds/index.js';
import { DIRECTORY_MODE } from '../names.js';
import { ControlPlane, type ControlPlaneOptions } from './control-plane.js';

const good = gateway(HTTP) + services('a', 'b') + route('r', {}, to('a'));
const oneTurn = () => new Promise((resolve) => setImmediate(resolve));
/** Translation has a turn of the event loop, and the report on it the next. */
const turn = async () => {
  await oneTurn();
  await oneTurn();
};

function plane(options: Partial<ControlPlaneOptions> = {}) {
  const seen = {
    snapshots: [] as string[],
    desired: [] as string[][],
    books: [] as StatusBook[],
    settled: [] as number[],
    newest: 0,
    at: 0,
    convicted: [] as { type: string; resource: string; owner: Owner; message: string }[],
  };
  const metrics = createMetrics();
  const made = new ControlPlane({
    translator: createTranslator(DIRECTORY_MODE),
    controllerName: DIRECTORY_MODE.controllerName,
    logger: silentLogger,
    metrics,
    now: () => new Date(seen.at),
    onSnapshot: ({ fleet }) => {
      seen.newest += 1;
      seen.snapshots.push(fleet);
    },
    onDesired: (proxies) => void seen.desired.push(proxies.map(({ fleet }) => fleet)),
    onStatuses: (book) => void seen.books.push(book),
    convictions: () => seen.convicted,
    summary: (fleet) => ({
      fleet,
      connected: seen.settled.length,
      current: 0,
      newest: seen.newest,
      settled: seen.settled,
      rejected: [],
    }),
    ...options,
  });
  const programmed = (): string | undefined => {
    for (const status of made.book.statuses.values()) {
      if (status.kind === 'Gateway')
        return status.status.conditions.find(({ type }) => type === 'Programmed')?.reason;
    }
    return undefined;
  };
  return { plane: made, seen, programmed, metrics };
}

describe('the control plane', () => {
  it('serves nothing before the first complete store is there', async () => {
    const { plane: it_, seen } = plane();
    it_.apply({ upserts: objects(good) });
    await turn();
    expect(it_.model).toBeUndefined();
    expect(seen).toMatchObject({ snapshots: [], desired: [] });
    it_.begin();
    expect(seen.desired).toEqual([['default/gw']]);
  });

  it('is ready with an empty folder', () => {
    const { plane: it_, seen } = plane();
    it_.begin();
    expect(it_.model).toBeDefined();
    expect(seen.desired).toEqual([[]]);
  });

  it('serves a fleet once it has an address, and is programmed once an Envoy says so', async () => {
    const { plane: it_, seen, programmed } = plane();
    it_.apply({ upserts: objects(good) });
    it_.begin();
    expect({ snapshots: seen.snapshots, is: programmed() }).toEqual({
      snapshots: [],
      is: 'AddressNotAssigned',
    });
    it_.apply({ observations: [assigned('default/gw')] });
    await turn();
    expect({ snapshots: seen.snapshots, is: programmed() }).toEqual({
      snapshots: ['default/gw'],
      is: 'Pending',
    });
    seen.settled = [1];
    it_.acknowledged();
    await turn();
    expect(programmed()).toBe('Programmed');
  });

  it('keeps it programmed while routes change faster than they are acknowledged, not when the Gateway changes', async () => {
    const { plane: it_, seen, programmed } = plane();
    it_.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    it_.begin();
    seen.settled = [1, 1];
    it_.acknowledged();
    await turn();
    for (const backend of ['b', 'a', 'b']) {
      it_.apply({ upserts: objects(route('r', {}, to(backend))) });
      await turn();
      expect(programmed()).toBe('Programmed');
    }
    expect(seen.newest).toBe(4);
    const [edited] = objects(gateway(HTTP, '{ name: b, port: 81, protocol: HTTP }'));
    if (edited === undefined) throw new Error('no Gateway');
    it_.apply({ upserts: [{ ...edited, metadata: { ...edited.metadata, generation: 2 } }] });
    await turn();
    expect(programmed()).toBe('Pending');
    seen.settled = [4, 5];
    it_.acknowledged();
    await turn();
    expect(programmed()).toBe('Pending');
    seen.settled = [5, 6];
    it_.acknowledged();
    await turn();
    expect(programmed()).toBe('Programmed');
  });

  it('keeps it programmed for a while after its last Envoy has gone', async () => {
    const { plane: it_, seen, programmed } = plane();
    it_.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    it_.begin();
    const after = async (at: number, ...settled: number[]) => {
      Object.assign(seen, { at, settled });
      it_.acknowledged();
      await turn();
      return programmed();
    };
    expect(await after(0, 1)).toBe('Programmed');
    expect(await after(1_000)).toBe('Programmed');
    expect(await after(9_000, 1)).toBe('Programmed');
    expect(await after(20_000)).toBe('Programmed');
    expect(await after(29_999)).toBe('Programmed');
    expect(await after(30_000)).toBe('Pending');
    it_.stop();
  });

  it('tells a route that Envoy rejected a part of it, and takes that back when it is over', async () => {
    const { plane: it_, seen, programmed } = plane();
    it_.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    it_.begin();
    const types = async (...convicted: (typeof seen)['convicted']) => {
      seen.convicted = convicted;
      it_.acknowledged();
      await turn();
      const [status] = [...it_.book.statuses.values()].filter(({ kind }) => kind === 'HTTPRoute');
      if (status?.kind !== 'HTTPRoute') throw new Error('no status');
      return status.status.parents.flatMap(({ conditions }) => conditions.map(({ type }) => type));
    };
    seen.settled = [1];
    const before = await types();
    const owner = { object: 'HTTPRoute default/r', at: 'rule[0]' };
    const during = await types({ type: 'routes', resource: 'gateway/default/gw/80', owner, message: 'odd' });
    expect(during).toEqual([...before, 'windlass.io/RejectedByProxy']);
    expect(programmed()).toBe('Programmed');
    expect(await types()).toEqual(before);
  });

  it('makes one translation of all changes of one turn', async () => {
    const { plane: it_, metrics } = plane();
    it_.begin();
    it_.apply({ upserts: objects(good) });
    it_.apply({ observations: [assigned('default/gw')] });
    it_.apply({ upserts: objects(route('r', {}, to('b'))) });
    await turn();
    expect(await metrics.text()).toContain('windlass_translations_total 2\n');
  });

  it('says nothing and asks for nothing when nothing changes', async () => {
    const { plane: it_, seen } = plane();
    const world = objects(good);
    it_.apply({ upserts: world, observations: [assigned('default/gw')] });
    it_.begin();
    const before = { ...seen, books: seen.books.length };
    it_.apply({ upserts: world });
    it_.acknowledged();
    await turn();
    expect({ ...seen, books: seen.books.length }).toEqual(before);
  });

  it('leaves an Envoy running, with its current routes, while the parameters of its Gateway are bad', async () => {
    const { plane: it_, seen } = plane();
    it_.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    it_.begin();
    const bad = '  infrastructure: { parametersRef: { group: example.com, kind: Parameters, name: none } }\n';
    it_.apply({ upserts: objects(gateway(HTTP) + bad) });
    await turn();
    expect(seen.desired).toEqual([['default/gw']]);
    it_.apply({ deletes: [{ group: '', kind: 'HTTPRoute', namespace: 'default', name: 'r' }] });
    await turn();
    expect(it_.snapshot('default/gw')?.resources.cluster.size).toBe(0);
  });

  it('starts no Envoy for a Gateway whose parameters were bad from the first', () => {
    const { plane: it_, seen } = plane();
    const bad = '  infrastructure: { parametersRef: { group: example.com, kind: Parameters, name: none } }\n';
    it_.apply({ upserts: objects(gateway(HTTP) + bad) });
    it_.begin();
    expect(seen.desired).toEqual([[]]);
  });

  it('serves a fleet anew that was forgotten while its Gateway came back', async () => {
    const { plane: it_, seen } = plane();
    it_.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    it_.begin();
    it_.forget('default/gw');
    await turn();
    expect(it_.store.observations().size).toBe(0);
    it_.apply({ observations: [assigned('default/gw')] });
    await turn();
    expect(seen.snapshots).toEqual(['default/gw', 'default/gw']);
  });
});

describe('the control plane of several replicas', () => {
  it('tells the others what its own Envoys said, and counts theirs', async () => {
    let own: ReadonlyMap<string, FleetAcknowledgements> = new Map();
    let others: OtherReplicas = { digests: [], unknown: { awaited: 1, silent: 0 } };
    const { plane: it_, seen, programmed } = plane({ onOwn: (said) => (own = said), others: () => others });
    it_.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    it_.begin();
    seen.settled = [1];
    it_.acknowledged();
    await turn();
    // Nobody knows yet what the others' Envoys have accepted.
    expect(programmed()).toBe('Pending');
    const mine = own.get('default/gw');
    expect(mine).toMatchObject({ connected: 1, accepted: { '': { count: 1 } } });
    if (mine === undefined) throw new Error('nothing was told');
    const behind = { ...mine, accepted: {} };
    others = { digests: [behind], unknown: { awaited: 0, silent: 0 } };
    it_.acknowledged();
    await turn();
    expect(programmed()).toBe('Pending');
    others = { ...others, digests: [mine] };
    it_.acknowledged();
    await turn();
    expect(programmed()).toBe('Programmed');
    // What the others said is theirs to tell.
    expect(own.get('default/gw')).toEqual(mine);
  });

  it('finds programmed what the server says was, while the Envoys come back', async () => {
    const first = plane();
    first.plane.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    first.plane.begin();
    first.seen.settled = [1];
    first.plane.acknowledged();
    await turn();
    const { statuses } = first.plane.book;
    const second = plane({
      resumed: ({ kind, namespace, name }) => statuses.get(`${kind} ${namespace}/${name}`)?.status,
    });
    second.plane.apply({ upserts: objects(good), observations: [assigned('default/gw')] });
    second.plane.begin();
    expect(second.programmed()).toBe('Programmed');
    second.seen.at = 60_000;
    second.plane.acknowledged();
    await turn();
    expect(second.programmed()).toBe('Pending');
    first.plane.stop();
    second.plane.stop();
  });
});
