import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createMetrics, silentLogger } from '../telemetry/index.js';
import { createEventRecorder, type ApiRequest, type EventRecorder, type Regarding } from './index.js';

// One that is given up would go on turning the clock of the next.
jest.setTimeout(120_000);

const LIMITS = { seriesMs: 360_000, countMs: 60_000, most: 3, paceMs: 10 };
let recorder: EventRecorder | undefined;

afterEach(() => {
  recorder?.stop();
  jest.useRealTimers();
});

interface Sent {
  readonly method: string | undefined;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function recording(answer: () => Promise<unknown> = () => Promise.resolve({})) {
  jest.useFakeTimers();
  const sent: Sent[] = [];
  const metrics = createMetrics();
  const call = (request: ApiRequest): Promise<unknown> => {
    sent.push({ method: request.method, path: request.path, body: request.body as Sent['body'] });
    return answer();
  };
  const stream = (): never => {
    throw new Error('nothing is streamed');
  };
  recorder = createEventRecorder({
    client: { call, stream, close: () => undefined },
    ...{ controller: 'windlass.io/gateway-controller', instance: 'windlass-0', metrics, limits: LIMITS },
    logger: silentLogger,
  });
  return { sent, metrics, recorder };
}

const regarding = (name: string, namespace = 'ns'): Regarding => ({
  ref: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace, name },
  apiVersion: 'gateway.networking.k8s.io/v1',
  uid: `uid-of-${name}`,
});
const note = (text: string, reason = 'Invalid') =>
  ({ type: 'Warning', reason, action: 'Programmed', note: text }) as const;
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('an event', () => {
  it('says on the object what there is to say', async () => {
    const { sent, recorder } = recording();
    recorder.record(regarding('gw'), note('Envoy rejected it'));
    await pass(100);
    expect(sent).toEqual([
      {
        method: 'POST',
        path: '/apis/events.k8s.io/v1/namespaces/ns/events',
        body: expect.objectContaining({
          ...{ kind: 'Event', type: 'Warning', reason: 'Invalid', action: 'Programmed' },
          ...{ note: 'Envoy rejected it', reportingInstance: 'windlass-0' },
          regarding: expect.objectContaining({
            kind: 'Gateway',
            name: 'gw',
            namespace: 'ns',
            uid: 'uid-of-gw',
          }),
        }),
      },
    ]);
  });

  it('about an object without a namespace is in the namespace default', async () => {
    const { sent, recorder } = recording();
    recorder.record(regarding('class', ''), note('x'));
    await pass(100);
    expect(sent[0]?.path).toBe('/apis/events.k8s.io/v1/namespaces/default/events');
  });

  it('that comes again is counted, at once and then now and then', async () => {
    const { sent, recorder } = recording();
    for (let i = 0; i < 100; i += 1) {
      recorder.record(regarding('gw'), note(`round ${i}`));
      await pass(100);
    }
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    await pass(60_000);
    expect(sent.map(({ body }) => (body['series'] as { count: number } | undefined)?.count)).toEqual([
      undefined,
      2,
      100,
    ]);
    expect(new Set(sent.slice(1).map(({ path }) => path)).size).toBe(1);
    // After a while it is news again.
    await pass(LIMITS.seriesMs);
    recorder.record(regarding('gw'), note('again'));
    await pass(100);
    expect(sent.at(-1)?.method).toBe('POST');
  });

  it('of another reason, or of another object of the name, is another one', async () => {
    const { sent, recorder } = recording();
    recorder.record(regarding('gw'), note('x'));
    recorder.record(regarding('gw'), note('x', 'AddressNotUsable'));
    recorder.record({ ...regarding('gw'), uid: 'a new one' }, note('x'));
    await pass(100);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
    expect(new Set(sent.map(({ body }) => (body['metadata'] as { name: string }).name)).size).toBe(3);
  });

  it('that is too long is cut, between characters', async () => {
    const { sent, recorder } = recording();
    recorder.record(regarding('gw'), note('ü'.repeat(1000)));
    await pass(100);
    const written = String(sent[0]?.body['note']);
    expect(Buffer.byteLength(written)).toBeLessThanOrEqual(1024);
    expect(written).toMatch(/^ü{510}…$/);
  });

  it('is dropped and counted when too many wait, and is counted when it cannot be written', async () => {
    const { metrics, recorder } = recording(() => Promise.reject(new Error('no')));
    for (let i = 0; i < 10; i += 1) recorder.record(regarding(`gw-${i}`), note('x'));
    await pass(1000);
    const text = await metrics.text();
    // One is under way, three wait.
    expect(text).toContain('windlass_events_total{result="failed"} 4\n');
    expect(text).toContain('windlass_events_total{result="dropped"} 6\n');
  });

  it('is not written any more once it is stopped', async () => {
    const { sent, recorder } = recording();
    for (const name of ['a', 'b', 'c']) recorder.record(regarding(name), note('x'));
    recorder.stop();
    recorder.record(regarding('d'), note('x'));
    await pass(1000);
    expect(sent).toHaveLength(1);
  });
});
