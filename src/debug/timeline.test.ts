import { describe, expect, it } from '@jest/globals';
import { Timeline, type StreamHappening } from './timeline.js';

const written = (name: string) => ({
  change: 'written' as const,
  object: `HTTPRoute default/${name}`,
  generation: 1,
});
const on = (kind: StreamHappening['kind'], more: Partial<StreamHappening> = {}): StreamHappening => ({
  kind,
  fleet: 'f',
  stream: '1',
  node: 'envoy',
  connectedAt: 0,
  type: 'routes',
  nonce: '1',
  ...(kind === 'sent' ? { resources: 1, removed: 0, bytes: 10 } : {}),
  ...more,
});

/** A change of one route table at 100 ms. */
function changed(): Timeline {
  const timeline = new Timeline();
  timeline.begin([written('a')], 100);
  timeline.snapshot('f', { routes: 1, cluster: 0 }, 101);
  timeline.translated(2.5, { route: 1, cluster: 0 });
  return timeline;
}

describe('the timeline', () => {
  it('tells of a change its objects, what it changed, what was pushed, and when that was acknowledged', () => {
    const timeline = changed();
    timeline.happened(on('sent'), 103);
    expect(timeline.happened(on('accepted'), 110)).toEqual({
      type: 'routes',
      sincePushMs: 7,
      sinceChangeMs: 10,
    });
    expect(timeline.latest(5)).toEqual([
      {
        revision: 1,
        at: '1970-01-01T00:00:00.100Z',
        objects: [written('a')],
        objectsOmitted: 0,
        translationMs: 2.5,
        encoded: { route: 1 },
        fleets: [
          {
            fleet: 'f',
            changed: { routes: 1 },
            sent: 1,
            accepted: 1,
            rejected: 0,
            lastAckMs: 10,
            pushes: [
              {
                node: 'envoy',
                stream: '1',
                type: 'routes',
                resources: 1,
                removed: 0,
                bytes: 10,
                afterMs: 3,
                answer: 'accepted',
                answerMs: 7,
                message: undefined,
              },
            ],
            pushesOmitted: 0,
          },
        ],
      },
    ]);
  });

  it('has the words of a rejection, which is no acknowledgement', () => {
    const timeline = changed();
    timeline.happened(on('sent'), 103);
    const latency = timeline.happened(on('rejected', { message: 'odd' }), 105);
    expect(latency).toEqual({ type: 'routes', sincePushMs: 2, sinceChangeMs: undefined });
    expect(timeline.latest(1)[0]?.fleets).toMatchObject([
      { rejected: 1, lastAckMs: undefined, pushes: [{ answer: 'rejected', message: 'odd' }] },
    ]);
  });

  it('does not hold against a change that an Envoy came later, or that removals wait', () => {
    const timeline = changed();
    timeline.happened(on('sent', { connectedAt: 5_000 }), 5_001);
    timeline.happened(on('sent', { nonce: '2', resources: 0, removed: 1 }), 5_001);
    expect(timeline.happened(on('accepted'), 5_003)).toMatchObject({
      sincePushMs: 2,
      sinceChangeMs: undefined,
    });
    expect(timeline.happened(on('accepted', { nonce: '2' }), 5_003)?.sinceChangeMs).toBeUndefined();
    expect(timeline.latest(1)[0]?.fleets[0]?.lastAckMs).toBeUndefined();
  });

  it('counts an answer to the change that was pushed, although another came in between', () => {
    const timeline = changed();
    timeline.happened(on('sent'), 101);
    timeline.begin([written('b')], 102);
    timeline.snapshot('f', { routes: 1 }, 102);
    timeline.happened(on('accepted'), 104);
    expect(timeline.latest(2).map(({ fleets }) => fleets[0]?.accepted)).toEqual([0, 1]);
  });

  it('is newest first, and bounded in changes, objects and pushes', () => {
    const timeline = new Timeline();
    for (let i = 0; i < 600; i += 1)
      timeline.begin(
        Array.from({ length: 30 }, (_, n) => written(String(n))),
        i,
      );
    timeline.snapshot('f', { routes: 1 }, 102);
    for (let i = 0; i < 50; i += 1) timeline.happened(on('sent', { nonce: String(i) }), 1_000);
    const all = timeline.latest(1_000);
    expect(all).toHaveLength(500);
    expect(all.map(({ revision }) => revision)).toEqual(Array.from({ length: 500 }, (_, i) => 600 - i));
    expect(all[0]).toMatchObject({ objectsOmitted: 10, fleets: [{ sent: 50, pushesOmitted: 10 }] });
    expect(all[0]?.objects).toHaveLength(20);
    expect(all[0]?.fleets[0]?.pushes).toHaveLength(40);
  });

  it('forgets the oldest of too many unanswered pushes', () => {
    const timeline = changed();
    for (let i = 0; i <= 10_000; i += 1) timeline.happened(on('sent', { nonce: String(i) }), 200);
    expect(timeline.happened(on('accepted', { nonce: '0' }), 300)).toBeUndefined();
    expect(timeline.happened(on('accepted', { nonce: '1' }), 300)).toBeDefined();
  });

  it('forgets what a stream has not answered when it ends, and nothing of another', () => {
    const timeline = changed();
    for (const stream of ['1', '11']) timeline.happened(on('sent', { stream }), 200);
    timeline.ended('1');
    expect(timeline.happened(on('accepted', { stream: '1' }), 300)).toBeUndefined();
    expect(timeline.happened(on('accepted', { stream: '11' }), 300)).toBeDefined();
  });

  it('has an entry of its own for what is replaced because an Envoy rejected it', () => {
    const timeline = changed();
    timeline.snapshot('f', { routes: 1 }, 200);
    expect(timeline.latest(5)).toMatchObject([
      {
        revision: 2,
        objects: [{ change: 'contained', object: 'fleet f' }],
        fleets: [{ changed: { routes: 1 } }],
      },
      { revision: 1, objects: [written('a')] },
    ]);
  });

  it('records nothing for a fleet that nothing was changed for', () => {
    const timeline = changed();
    timeline.happened(on('sent', { fleet: 'other' }), 200);
    timeline.forget('f');
    timeline.happened(on('sent'), 200);
    expect(timeline.latest(1)[0]?.fleets[0]?.sent).toBe(0);
  });
});
