import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sortedMap } from '../../collections/index.js';
import { ApiError, type ApiClient, type ServerObject } from '../../kubernetes/index.js';
import { displayRef, type ObjectRef } from '../../resources/index.js';
import { createMetrics, silentLogger, type Logger, type Metrics } from '../../telemetry/index.js';
import {
  NO_STATUSES,
  StatusWriter,
  transition,
  type CurrentCondition,
  type ObjectStatus,
  type StatusWriterOptions,
} from '../index.js';

// Time is the tests' own, however slow the machine: one that is given up would go on turning the clock of the next.
jest.setTimeout(120_000);

const OURS = 'windlass.io/gateway-controller';
const GROUP = 'gateway.networking.k8s.io';

type Current = ObjectStatus<CurrentCondition>;
interface Stored extends ServerObject {
  readonly status?: Readonly<Record<string, unknown>>;
}

/** What the server keeps of a status that is written. */
type Kept = (status: NonNullable<Stored['status']>) => NonNullable<Stored['status']>;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

const refTo = (name: string, kind = 'HTTPRoute'): ObjectRef => ({
  group: GROUP,
  kind,
  namespace: 'ns',
  name,
});
const pathOf = ({ kind, name }: ObjectRef): string =>
  `/apis/${GROUP}/v1/namespaces/ns/${kind.toLowerCase()}s/${name}`;
const route = (name: string, message: string, status: 'True' | 'False' = 'True'): Current => ({
  kind: 'HTTPRoute',
  ref: refTo(name),
  status: {
    parents: [
      {
        ...{ parentRef: { name: 'gw' }, controllerName: OURS },
        conditions: [{ type: 'Accepted', status, reason: 'Because', message, observedGeneration: 1 }],
      },
    ],
  },
});
const gateway = (attachedRoutes: number): Current => ({
  kind: 'Gateway',
  ref: refTo('gw', 'Gateway'),
  status: {
    ...{ addresses: [], conditions: [], attachedListenerSets: 0 },
    listeners: [{ name: 'http', supportedKinds: [], attachedRoutes, conditions: [] }],
  },
});

/** A writer and the other side of it: objects with versions, as an API server keeps them, and a watch that can lag behind. */
function world(options: Partial<StatusWriterOptions> = {}, kept: Kept = (status) => status) {
  const stored = new Map<string, Stored>();
  const seen = new Map<string, Stored>();
  const sent: string[] = [];
  /** What the next requests meet, in order; undefined: nothing. */
  const faults: (ApiError | undefined)[] = [];
  let version = 0;
  let isLagging = false;
  const put = (path: string, object: Stored): Stored => {
    version += 1;
    const made = { ...object, metadata: { ...object.metadata, resourceVersion: `${version}` } };
    stored.set(path, made);
    if (!isLagging) see(path);
    return made;
  };
  const see = (path: string): void => {
    const object = stored.get(path);
    if (object === undefined) seen.delete(path);
    else seen.set(path, object);
    const name = path.slice(path.lastIndexOf('/') + 1);
    writer.seen(refTo(name, path.includes('gateways') ? 'Gateway' : 'HTTPRoute'));
  };
  const client: ApiClient = {
    call: ({ method = 'GET', path, body, signal }) => {
      const of = path.replace(/\/status$/, '');
      sent.push(`${method} ${of.slice(of.lastIndexOf('/') + 1)}`);
      const fault = faults.shift();
      if (fault !== undefined) return Promise.reject(fault);
      if (signal?.aborted === true) return Promise.reject(new Error('aborted'));
      const object = stored.get(of);
      if (object === undefined) return Promise.reject(new ApiError('gone', { status: 404 }));
      if (method === 'GET') return Promise.resolve(object);
      const { metadata, status } = body as Stored;
      if (metadata.resourceVersion !== object.metadata.resourceVersion)
        return Promise.reject(new ApiError('conflict', { status: 409 }));
      return Promise.resolve(put(of, { ...object, ...(status && { status: kept(status) }) }));
    },
    stream: () => Promise.reject(new Error('nothing is streamed')),
    close: () => undefined,
  };
  const metrics: Metrics = createMetrics();
  const warned: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (event) => void warned.push(event) };
  const writer = new StatusWriter({
    ...{
      client,
      controllerName: OURS,
      pathOf,
      logger,
      metrics,
      now: () => performance.now(),
      random: () => 1,
    },
    current: (ref) => seen.get(pathOf(ref)),
    ...options,
  });
  let current = sortedMap<Current>();
  let book = NO_STATUSES;
  return {
    ...{ writer, sent, faults, metrics, warned },
    says: (...statuses: readonly Current[]) => {
      current = current.edit(statuses.map((each) => [displayRef(each.ref), each] as const));
      book = transition(book, current, new Date());
      writer.write(book);
    },
    forgets: (ref: ObjectRef) => {
      current = current.edit([[displayRef(ref), undefined]]);
      book = transition(book, current, new Date());
      writer.write(book);
    },
    create: (ref: ObjectRef, status?: Stored['status']) =>
      put(pathOf(ref), {
        metadata: { name: ref.name, namespace: 'ns', uid: `uid-${ref.name}`, generation: 1 },
        ...(status && { status }),
      }),
    change: (ref: ObjectRef, changed: (object: Stored) => Stored) => {
      const object = stored.get(pathOf(ref));
      if (object !== undefined) put(pathOf(ref), changed(object));
    },
    remove: (ref: ObjectRef) => {
      stored.delete(pathOf(ref));
      see(pathOf(ref));
    },
    lag: (lags: boolean) => {
      isLagging = lags;
      if (!lags) for (const path of stored.keys()) see(path);
    },
    messages: (ref: ObjectRef): unknown =>
      JSON.stringify(stored.get(pathOf(ref))?.status).match(/"message":"[^"]*"/g),
    status: (ref: ObjectRef) => stored.get(pathOf(ref))?.status,
  };
}

function leading(options: Partial<StatusWriterOptions> = {}, kept?: Kept) {
  const made = world(options, kept);
  made.writer.lead(true);
  return made;
}

describe('a status writer', () => {
  it('writes nothing before it leads, and then all that differs', async () => {
    const { writer, sent, says, create } = world();
    for (const name of ['a', 'b']) create(refTo(name));
    says(route('a', 'x'), route('b', 'x'));
    await pass(1000);
    expect(sent).toEqual([]);
    writer.lead(true);
    await pass(100);
    expect(sent).toEqual(['PUT a', 'PUT b']);
    writer.lead(false);
    writer.lead(true);
    await pass(100_000);
    expect(sent).toHaveLength(2);
  });

  it('stops at once when it leads no more, whatever waits', async () => {
    const { writer, sent, says, create } = leading();
    create(refTo('a'));
    says(route('a', 'x'));
    await pass(100);
    says(route('a', 'y', 'False'));
    writer.lead(false);
    await pass(100_000);
    expect(sent).toEqual(['PUT a']);
  });

  it('asks right before each write whether it may', async () => {
    let may = false;
    const { sent, says, create } = leading({ mayWrite: () => may });
    create(refTo('a'));
    says(route('a', 'x'));
    await pass(5000);
    expect(sent).toEqual([]);
    may = true;
    await pass(5000);
    expect(sent).toEqual(['PUT a']);
  });

  it('writes an object no more often than once a second, the newest', async () => {
    const { sent, says, create, messages } = leading();
    create(refTo('a'));
    for (let i = 0; i <= 50; i += 1) {
      says(route('a', `${i}`, i % 2 === 0 ? 'True' : 'False'));
      await pass(100);
    }
    await pass(1000);
    expect(sent.length).toBeGreaterThanOrEqual(5);
    expect(sent.length).toBeLessThanOrEqual(7);
    expect(messages(refTo('a'))).toEqual(['"message":"50"']);
  });

  it('writes a count that keeps growing ever more rarely, and what is urgent between', async () => {
    const { sent, says, create, status } = leading();
    const ref = refTo('gw', 'Gateway');
    create(ref);
    for (let i = 1; i <= 240; i += 1) {
      says(gateway(i));
      await pass(250);
    }
    await pass(10_000);
    // A minute and more: after 1, 2, 4, 8, and then every 10 seconds.
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(status(ref)).toMatchObject({ listeners: [{ attachedRoutes: 240 }] });
  });

  it('does not write what only changed in words right after it has become the leader: all may not be known yet', async () => {
    const { writer, sent, says, create } = leading();
    for (const name of ['a', 'b']) create(refTo(name));
    says(route('a', 'first'), route('b', 'first'));
    await pass(2000);
    writer.lead(false);
    writer.lead(true);
    says(route('a', 'second'), route('b', 'second', 'False'));
    await pass(4000);
    expect(sent.slice(2)).toEqual(['PUT b']);
    says(route('a', 'first'));
    await pass(10_000);
    says(route('a', 'third'));
    await pass(100);
    expect(sent.slice(2)).toEqual(['PUT b', 'PUT a']);
  });

  it('reads and does it again when somebody else was faster, and keeps what they wrote', async () => {
    const { sent, says, create, change, lag, status, metrics } = leading();
    create(refTo('a'));
    lag(true);
    const theirs = { parentRef: { name: 'gw' }, controllerName: 'other', conditions: [] };
    change(refTo('a'), (object) => ({ ...object, status: { parents: [theirs] } }));
    says(route('a', 'x'));
    await pass(100);
    expect(sent).toEqual(['PUT a', 'GET a', 'PUT a']);
    expect(status(refTo('a'))).toMatchObject({ parents: [theirs, { controllerName: OURS }] });
    expect(await metrics.text()).toContain(
      'windlass_status_writes_total{kind="HTTPRoute",result="conflict"} 1\n',
    );
  });

  it('writes nothing on another object of the name, or on a generation that it has not judged', async () => {
    for (const metadata of [{ uid: 'another' }, { generation: 2 }]) {
      const { writer, sent, says, create, change, lag } = leading();
      create(refTo('a'));
      lag(true);
      change(refTo('a'), (object) => ({ ...object, metadata: { ...object.metadata, ...metadata } }));
      says(route('a', 'x'));
      await pass(100);
      expect(sent).toEqual(['PUT a', 'GET a']);
      writer.stop();
    }
  });

  it('puts back what somebody removed', async () => {
    const { sent, says, create, change, status } = leading();
    create(refTo('a'));
    says(route('a', 'x'));
    await pass(2000);
    change(refTo('a'), (object) => ({ ...object, status: { parents: [] } }));
    await pass(2000);
    expect(sent).toEqual(['PUT a', 'PUT a']);
    expect(status(refTo('a'))).toMatchObject({ parents: [{ controllerName: OURS }] });
  });

  it('does not fight a server that keeps a status otherwise than it was sent', async () => {
    const ref = refTo('gw', 'Gateway');
    const { writer, sent, says, create, change, status } = leading(
      {},
      ({ attachedListenerSets: _, ...kept }) => kept,
    );
    create(ref);
    says(gateway(1));
    await pass(100);
    for (let i = 0; i < 10; i += 1) {
      writer.seen(ref);
      await pass(10_000);
    }
    expect(sent).toEqual(['PUT gw']);
    expect(status(ref)).not.toHaveProperty('attachedListenerSets');
    // Somebody else's change is looked at, once.
    change(ref, (object) => ({ ...object, status: {} }));
    await pass(100_000);
    expect(sent).toEqual(['PUT gw', 'PUT gw']);
  });

  it('removes ours from a route that is no longer ours, and forgets one that is gone', async () => {
    const { sent, says, forgets, create, remove, status } = leading();
    for (const name of ['a', 'b']) create(refTo(name));
    says(route('a', 'x'), route('b', 'x'));
    await pass(2000);
    forgets(refTo('a'));
    remove(refTo('b'));
    forgets(refTo('b'));
    await pass(100_000);
    expect(sent).toEqual(['PUT a', 'PUT b', 'PUT a']);
    expect(status(refTo('a'))).toEqual({ parents: [] });
  });

  it('removes what an earlier process left, but not before it may have read what speaks for it', async () => {
    const { sent, says, create, status } = leading();
    const stale = { parents: [{ parentRef: { name: 'old' }, controllerName: OURS, conditions: [] }] };
    for (const name of ['stale', 'late']) create(refTo(name), stale);
    says();
    await pass(1000);
    says(route('late', 'x'));
    await pass(1000);
    expect(sent).toEqual(['PUT late']);
    await pass(10_000);
    expect(sent).toEqual(['PUT late', 'PUT stale']);
    expect(status(refTo('stale'))).toEqual({ parents: [] });
    expect(status(refTo('late'))).toMatchObject({ parents: [{ controllerName: OURS }] });
  });

  it('tries again what fails, ever more rarely, and says so', async () => {
    const { sent, says, create, faults, warned, metrics } = leading();
    create(refTo('a'));
    for (let i = 0; i < 5; i += 1) faults.push(new ApiError('busy', { status: 500 }));
    says(route('a', 'x'));
    await pass(100);
    says(route('a', 'y'));
    await pass(60);
    // It rests, whatever is asked meanwhile: 0.2, 0.4, 0.8, 1.6, 3.2 s.
    expect(sent).toHaveLength(1);
    await pass(10_000);
    expect(sent).toHaveLength(6);
    expect(warned).toHaveLength(3);
    expect(await metrics.text()).toContain(
      'windlass_status_writes_total{kind="HTTPRoute",result="failed"} 5\n',
    );
  });

  it('waits as long as the server asks for', async () => {
    const { sent, says, create, faults } = leading();
    create(refTo('a'));
    faults.push(new ApiError('too many', { status: 429, retryAfterMs: 7000 }));
    says(route('a', 'x'));
    await pass(6500);
    expect(sent).toHaveLength(1);
    await pass(1000);
    expect(sent).toHaveLength(2);
  });

  it('tells what it wrote over what', async () => {
    const written: unknown[] = [];
    const { says, create } = leading({ onWritten: (each) => written.push(each) });
    create(refTo('a'), { parents: [] });
    says(route('a', 'x'));
    await pass(100);
    expect(written).toEqual([
      expect.objectContaining({
        ref: refTo('a'),
        before: { parents: [] },
        after: { parents: [expect.anything()] },
      }),
    ]);
  });
});
