import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../api-error.js';
import type { ApiClient } from '../api-client.js';
import { elect } from './elector.js';
import type { Lease, LeaseSpec } from './lease.js';

const TIMES = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };

/** One Lease of an API server, as it keeps it. */
function leaseServer() {
  let lease: Lease | undefined;
  let version = 0;
  const store = (made: Lease): Lease => {
    version += 1;
    lease = { ...made, metadata: { ...made.metadata, resourceVersion: `${version}` } };
    return lease;
  };
  return {
    spec: (): LeaseSpec | undefined => lease?.spec,
    /** Somebody writes what they like. */
    write: (spec: LeaseSpec): void => {
      store({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec });
    },
    call: ({ method = 'GET', body }: { readonly method?: string; readonly body?: unknown }): unknown => {
      if (method === 'GET') {
        if (lease === undefined) throw new ApiError('none', { status: 404 });
        return lease;
      }
      const made = body as Lease;
      const isStale =
        method === 'POST' ? lease !== undefined : made.metadata.resourceVersion !== `${version}`;
      if (isStale) throw new ApiError('conflict', { status: 409 });
      return store(made);
    },
  };
}

/** All candidates of a test on one clock, which goes on when nobody has anything to do. */
function clockwork() {
  let time = 0;
  const waiting: { readonly until: number; readonly go: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 50; i += 1) await Promise.resolve();
  };
  return {
    now: () => time,
    wait: (ms: number, signal: AbortSignal): Promise<void> =>
      new Promise((go) => {
        if (signal.aborted) go();
        signal.addEventListener('abort', () => go());
        waiting.push({ until: time + ms, go });
      }),
    pass: async (ms: number): Promise<void> => {
      const end = time + ms;
      await settle();
      for (;;) {
        waiting.sort((a, b) => a.until - b.until);
        const [first] = waiting;
        if (first === undefined || first.until > end) break;
        waiting.shift();
        time = Math.max(time, first.until);
        first.go();
        await settle();
      }
      time = end;
    },
    settle,
  };
}

type Server = ReturnType<typeof leaseServer>;
type Clock = ReturnType<typeof clockwork>;

/** @param skewMs how far its clock is from the others' */
function candidate(server: Server, clock: Clock, identity: string, skewMs = 0) {
  const stopped = new AbortController();
  const now = (): number => clock.now() + skewMs;
  let until: number | undefined;
  let fault: ((method: string) => ApiError | undefined) | undefined;
  /** The server does it, and its answer is lost. */
  let isDeaf = false;
  const methods: string[] = [];
  const client: ApiClient = {
    call: (request) => {
      methods.push(request.method ?? 'GET');
      const failure = fault?.(request.method ?? 'GET');
      if (failure !== undefined) return Promise.reject(failure);
      try {
        const answer = server.call(request);
        if (isDeaf) return Promise.reject(new ApiError('silent', { status: 0 }));
        return Promise.resolve(answer);
      } catch (error) {
        return Promise.reject(ApiError.from(error));
      }
    },
    stream: () => Promise.reject(new Error('nothing is streamed')),
    close: () => undefined,
  };
  const ended = elect(
    {
      ...{
        client,
        namespace: 'ns',
        name: 'l',
        identity,
        times: TIMES,
        now,
        wait: clock.wait,
        random: () => 0.5,
      },
      onTerm: (next) => (until = next),
      onHolder: () => undefined,
      onError: () => undefined,
    },
    stopped.signal,
  );
  return {
    methods,
    acts: () => until !== undefined && now() < until,
    fails: (next: typeof fault) => (fault = next),
    deaf: (next: boolean) => (isDeaf = next),
    stop: async () => {
      stopped.abort();
      await ended;
    },
  };
}

const unreachable = () => new ApiError('unreachable', { status: 0 });

describe('a candidate', () => {
  it('makes the Lease, and renews it by its own writes alone', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const a = candidate(server, clock, 'a');
    await clock.pass(20_000);
    expect(a.acts()).toBe(true);
    expect(server.spec()).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect(a.methods.slice(0, 4)).toEqual(['GET', 'POST', 'PUT', 'PUT']);
    expect(a.methods.length).toBeLessThanOrEqual(13);
    await a.stop();
  });

  it('leaves alone a Lease that changes, whatever times are written there', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const b = candidate(server, clock, 'b');
    await b.stop();
    const c = candidate(server, clock, 'c');
    for (let i = 0; i < 30; i += 1) {
      // By a clock that is years behind.
      server.write({
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        renewTime: `2001-01-01T00:00:${10 + i}.000000Z`,
      });
      await clock.pass(10_000);
      expect(c.acts()).toBe(false);
    }
    await c.stop();
  });

  it('takes one that has not changed for its duration, on its own clock, and not before', async () => {
    for (const skewMs of [0, -3_600_000, 3_600_000]) {
      const [server, clock] = [leaseServer(), clockwork()];
      // A time far in the future holds nobody off.
      server.write({
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        renewTime: '2999-01-01T00:00:00.000000Z',
        leaseTransitions: 4,
      });
      const b = candidate(server, clock, 'b', skewMs);
      await clock.pass(14_900);
      expect(b.acts()).toBe(false);
      await clock.pass(2500);
      expect(b.acts()).toBe(true);
      expect(server.spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 5 });
      await b.stop();
    }
  });

  it('waits as long as the holder asked for, not as long as it would itself', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    server.write({ holderIdentity: 'a', leaseDurationSeconds: 60 });
    const b = candidate(server, clock, 'b');
    await clock.pass(59_000);
    expect(b.acts()).toBe(false);
    await clock.pass(4000);
    expect(b.acts()).toBe(true);
    await b.stop();
  });

  it('takes one that was let go at its next try', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const a = candidate(server, clock, 'a');
    await clock.pass(5000);
    const b = candidate(server, clock, 'b');
    await clock.pass(5000);
    await a.stop();
    expect([a.acts(), server.spec()?.holderIdentity]).toEqual([false, '']);
    await clock.pass(2400);
    expect(b.acts()).toBe(true);
    expect(server.spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    await b.stop();
  });

  it('lets nothing go that it does not hold', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    server.write({ holderIdentity: 'a', leaseDurationSeconds: 15 });
    const b = candidate(server, clock, 'b');
    await clock.pass(3000);
    await b.stop();
    expect(server.spec()?.holderIdentity).toBe('a');
  });

  it('that was started anew under its name goes on with what it held', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    server.write({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 3 });
    const a = candidate(server, clock, 'a');
    await clock.pass(100);
    expect(a.acts()).toBe(true);
    expect(server.spec()).toMatchObject({ holderIdentity: 'a', leaseTransitions: 3 });
    await a.stop();
  });
});

describe('the holder', () => {
  it('acts no longer than the renew deadline after its last renewal, and not at all when another has taken it', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const a = candidate(server, clock, 'a');
    await clock.pass(4100);
    const b = candidate(server, clock, 'b');
    await clock.pass(1000);
    a.fails(unreachable);
    for (let ms = 0; ms < 30_000; ms += 100) {
      await clock.pass(100);
      expect(a.acts() && b.acts()).toBe(false);
    }
    expect(b.acts()).toBe(true);
    a.fails(undefined);
    await clock.pass(10_000);
    expect([a.acts(), b.acts()]).toEqual([false, true]);
    await a.stop();
    await b.stop();
  });

  it('outlives a short outage', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const a = candidate(server, clock, 'a');
    await clock.pass(4100);
    a.fails(unreachable);
    await clock.pass(7000);
    expect(a.acts()).toBe(true);
    a.fails(undefined);
    await clock.pass(20_000);
    expect(a.acts()).toBe(true);
    expect(server.spec()?.leaseTransitions).toBe(0);
    await a.stop();
  });

  it('whose renewal was taken but not answered goes on', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const a = candidate(server, clock, 'a');
    await clock.pass(4100);
    a.deaf(true);
    await clock.pass(2000);
    a.deaf(false);
    for (let i = 0; i < 20; i += 1) {
      await clock.pass(1000);
      expect(a.acts()).toBe(true);
    }
    expect(server.spec()?.leaseTransitions).toBe(0);
    await a.stop();
  });

  it('stops at once when it sees that somebody took it', async () => {
    const [server, clock] = [leaseServer(), clockwork()];
    const a = candidate(server, clock, 'a');
    await clock.pass(4100);
    server.write({ holderIdentity: 'by force', leaseDurationSeconds: 15 });
    await clock.pass(2000);
    expect(a.acts()).toBe(false);
    expect(server.spec()?.holderIdentity).toBe('by force');
    await a.stop();
  });
});
