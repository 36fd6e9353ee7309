import { describe, expect, it } from '@jest/globals';
import { History } from './history.js';
import type { Exchange } from './load-process.js';
import { SHAPES } from './shapes.js';
import type { State } from './state.js';
import { PORTS } from './world.js';
import { judge } from './verdict.js';

const OPEN = { granted: true, policies: {}, clients: 'anyone' } as const;
const WEB = { namespace: 'default', name: 'web' };

/** State `number`: the clear-text port answers from these instances of a cluster of its own; without any the port is not there. */
const state = (number: number, ...labels: readonly string[]): State => ({
  number,
  kind: 'test',
  rules: OPEN,
  backends: () => [],
  asked: () => [],
  guards: () => [],
  clusters: () => [],
  streams: () => ({ labels: new Set(labels), mayBeRefused: labels.length === 0, backends: [] }),
  snapshot: () => {
    throw new Error('not asked for');
  },
  entrance: () => (labels.length > 0 ? 'table' : undefined),
  foretold: () =>
    labels.length > 0
      ? [{ kind: 'forward', auth: [], cluster: `c${number}`, seen: '/ h', passed: '-', fails: false }]
      : undefined,
  labels: (cluster) => (cluster === `c${number}` ? labels : undefined),
  secret: () => (labels.length > 0 ? 'tls-0' : undefined),
  keyPair: () => number,
});

const shape = SHAPES.findIndex(({ sni }) => sni === undefined);
const connection = { from: 0, to: 1, certificate: '' };

const exchange = (from: number, to: number, answer: string, reused = false): Exchange => ({
  ...{ from, to, answer, reused, shape },
  connection: answer.startsWith('2') || reused ? { ...connection } : undefined,
});

/** State 1 is written at 10 and acknowledged at 20, state 2 is written at 30. */
function history(one = state(1, 'new'), two = state(2, 'newer')): History {
  const made = new History();
  made.written(state(0, 'old'), 0);
  made.acknowledged(0, 5);
  made.written(one, 10);
  made.acknowledged(1, 20);
  made.written(two, 30);
  return made;
}

const FINGERPRINTS = ['zero', 'one', 'two', 'three'];
const kindOf = (of: Exchange, during = history()): string | undefined =>
  judge(of, during, FINGERPRINTS)?.kind;

describe('an answer', () => {
  it('may be that of any state between the last acknowledged before the request and the newest written before its end', () => {
    expect(kindOf(exchange(12, 15, '200 old / h -'))).toBeUndefined();
    expect(kindOf(exchange(12, 15, '200 new / h -'))).toBeUndefined();
    expect(kindOf(exchange(22, 31, '200 newer / h -'))).toBeUndefined();
  });

  it('of a state that a later acknowledged one has overruled is wrong', () => {
    expect(kindOf(exchange(22, 25, '200 old / h -'))).toBe('wrong answer');
  });

  it('of a state that was not written yet is wrong', () => {
    expect(kindOf(exchange(22, 25, '200 newer / h -'))).toBe('wrong answer');
  });

  it('of the right backend, to which something else was sent, is wrong', () => {
    expect(kindOf(exchange(22, 25, '200 new /else h -'))).toBe('wrong answer');
  });

  it('503 is wrong as long as the cluster has endpoints', () => {
    expect(kindOf(exchange(22, 25, '503'))).toBe('wrong answer');
  });

  it('that never came is a failure', () => {
    expect(kindOf(exchange(22, 25, 'timeout'))).toBe('timeout');
    expect(kindOf(exchange(22, 25, 'reset ECONNRESET'))).toBe('reset');
    expect(kindOf(exchange(22, 25, 'refused'))).toBe('refused');
  });
});

describe('a refusal', () => {
  const sending = (concerned: boolean): State => ({
    ...state(1, 'new'),
    backends: () => (concerned ? [WEB] : []),
  });
  const forbidding: State = { ...state(2, 'newer'), rules: { ...OPEN, policies: { web: 'ca-right' } } };
  const after = (concerned: boolean): History => history(sending(concerned), forbidding);

  it('is no failure while what a change has forbidden is not replaced yet', () => {
    expect(kindOf(exchange(22, 31, '503'), after(true))).toBe('held back');
    expect(kindOf(exchange(22, 31, 'grpc UNAVAILABLE'), after(true))).toBe('held back');
  });

  it('is one before that change, for what it does not concern, and once it is acknowledged', () => {
    expect(kindOf(exchange(22, 25, '503'), after(true))).toBe('wrong answer');
    expect(kindOf(exchange(22, 31, '503'), after(false))).toBe('wrong answer');
    const acknowledged = after(true);
    acknowledged.acknowledged(2, 40);
    expect(kindOf(exchange(41, 42, '503'), acknowledged)).toBe('wrong answer');
  });

  it('is no failure while whoever is to be asked from now on cannot be asked yet, and names the change', () => {
    const asking: State = { ...state(2, 'newer'), kind: 'ask', asked: () => ['rule auth'] };
    const late = history(state(1, 'new'), asking);
    expect(judge(exchange(22, 31, '500'), late, FINGERPRINTS)).toEqual({ kind: 'held back', change: 'ask' });
    expect(kindOf(exchange(22, 31, '404'), late)).toBe('wrong answer');
    late.acknowledged(2, 40);
    expect(kindOf(exchange(41, 42, '500'), late)).toBe('wrong answer');
  });

  it('is the only other answer: what was forbidden is wrong once it is acknowledged', () => {
    const acknowledged = after(true);
    acknowledged.acknowledged(2, 40);
    expect(kindOf(exchange(41, 42, '200 new / h -'), acknowledged)).toBe('wrong answer');
  });
});

describe('a request that somebody is asked about', () => {
  const passing = (number: number, passed: string): State => ({
    ...state(number, 'new'),
    foretold: () => [
      { kind: 'forward', auth: ['auth'], cluster: `c${number}`, seen: '/ h', passed, fails: false },
    ],
  });

  it('has to have passed, all that one state asks', () => {
    const guarded = history(passing(1, 'LR'), passing(2, 'LR'));
    expect(kindOf(exchange(22, 31, '200 new / h LR'), guarded)).toBeUndefined();
    for (const marks of ['-', 'L', 'R'])
      expect(kindOf(exchange(22, 31, `200 new / h ${marks}`), guarded)).toBe('wrong answer');
  });

  it('may have passed more than the rule that it meets has asked for, where a state in force asks it', () => {
    const tightened = history(passing(1, '-'), passing(2, 'L'));
    expect(kindOf(exchange(22, 31, '200 new / h L'), tightened)).toBeUndefined();
    expect(kindOf(exchange(22, 31, '200 new / h R'), tightened)).toBe('wrong answer');
    tightened.acknowledged(2, 40);
    expect(kindOf(exchange(41, 42, '200 new / h -'), tightened)).toBe('wrong answer');
  });
});

describe('a certificate', () => {
  const shown = (from: number, to: number, certificate: string, during = history()): string | undefined =>
    kindOf({ ...exchange(from, to, '200 new / h -'), connection: { from, to, certificate } }, during);

  it('may be that of any state in force, and no other', () => {
    expect(shown(22, 25, 'one')).toBeUndefined();
    expect(shown(22, 25, 'two')).toBe('wrong certificate');
    expect(shown(22, 31, 'two')).toBeUndefined();
    expect(shown(22, 31, 'zero')).toBe('wrong certificate');
  });

  it('may be what the Secret holds already, of a listener that is about to go', () => {
    expect(shown(22, 31, 'two', history(state(1, 'new'), state(2)))).toBeUndefined();
  });
});

describe('an acknowledgement', () => {
  it('counts once the workers of Envoy have had time to follow', () => {
    const patient = new History(5);
    patient.written(state(0, 'old'), 0);
    patient.acknowledged(0, 5);
    patient.written(state(1, 'new'), 10);
    patient.acknowledged(1, 20);
    expect(kindOf(exchange(22, 24, '200 old / h -'), patient)).toBeUndefined();
    expect(kindOf(exchange(26, 27, '200 old / h -'), patient)).toBe('wrong answer');
  });
});

describe('a connection to a port that a state does not have', () => {
  const without = history(state(1, 'new'), state(2));

  it('may be refused as soon as that state is written', () => {
    expect(kindOf(exchange(22, 25, 'refused'), without)).toBe('refused');
    expect(kindOf(exchange(22, 31, 'refused'), without)).toBeUndefined();
  });

  it('that was kept alive is served on, and never reset', () => {
    const before = { ...exchange(6, 8, '200 old / h -') };
    expect(kindOf(before, without)).toBeUndefined();
    without.acknowledged(2, 40);
    const later = { ...before, reused: true, from: 50, to: 51 };
    expect(kindOf({ ...later, answer: '200 new / h -' }, without)).toBeUndefined();
    expect(kindOf({ ...later, answer: '200 old / h -' }, without)).toBe('wrong answer');
    expect(kindOf({ ...later, answer: 'reset ECONNRESET' }, without)).toBe('reset');
  });

  it('that was kept alive may serve what it served before, until the port is back for good', () => {
    const before = { ...exchange(22, 24, '200 new / h -') };
    expect(kindOf(before, without)).toBeUndefined();
    without.acknowledged(2, 40);
    without.written(state(3, 'newest'), 50);
    const later = { ...before, reused: true, from: 45, to: 55 };
    expect(kindOf({ ...later, answer: '200 newest / h -' }, without)).toBeUndefined();
    expect(kindOf({ ...later, answer: '200 new / h -' }, without)).toBeUndefined();
    without.acknowledged(3, 60);
    expect(kindOf({ ...later, from: 61, to: 62, answer: '200 new / h -' }, without)).toBe('wrong answer');
  });
});

describe('clients that a change lets in no more', () => {
  const shape = SHAPES.findIndex(({ port, client }) => port === PORTS.secureExtra && client === undefined);
  const strict: State = {
    ...state(2, 'newer'),
    rules: { ...OPEN, clients: 'ca-right' },
    entrance: () => undefined,
  };
  const over = (kept: Exchange['connection'], from: number, answer: string): Exchange => ({
    ...{ from, to: from + 1, answer, shape, connection: kept, reused: true },
  });

  it('may be refused as soon as the change is written, whatever their certificate', () => {
    const letsIn: State = { ...strict, entrance: () => 'table' };
    const during = history(state(1, 'new'), letsIn);
    const refused: Exchange = { ...over(undefined, 31, 'reset'), reused: false };
    expect(kindOf(refused, during)).toBe('held back');
    expect(kindOf({ ...refused, from: 22, to: 23 }, during)).toBe('reset');
    during.acknowledged(2, 40);
    expect(kindOf({ ...refused, from: 41, to: 42 }, during)).toBe('reset');
  });

  it('get one more answer over a connection that is open', () => {
    const during = history(state(1, 'new'), strict);
    const kept = { from: 22, to: 23, certificate: '' };
    expect(kindOf({ ...over(kept, 22, '200 new / h -'), reused: false }, during)).toBeUndefined();
    during.acknowledged(2, 40);
    expect(kindOf(over(kept, 41, '200 newer / h -'), during)).toBeUndefined();
    expect(kindOf(over(kept, 43, '200 newer / h -'), during)).toBe('let in');
  });

  it('are let in by no new connection once the change is acknowledged', () => {
    const during = history(state(1, 'new'), strict);
    during.acknowledged(2, 40);
    const anew: Exchange = {
      ...over({ from: 41, to: 42, certificate: '' }, 41, '200 newer / h -'),
      reused: false,
    };
    expect(kindOf(anew, during)).toBe('wrong answer');
    expect(kindOf({ ...anew, answer: 'reset' }, during)).toBeUndefined();
  });
});

describe('an answer over a connection whose listener is gone', () => {
  const answered = (answer: string, acknowledged: number): string | undefined => {
    const made = new History();
    made.written(state(0, 'old'), 0);
    made.acknowledged(0, 5);
    made.written(state(1), 10);
    made.acknowledged(acknowledged, 20);
    const kept = { ...connection };
    judge({ ...exchange(6, 7, '200 old / h -'), connection: kept }, made, FINGERPRINTS);
    return judge({ ...exchange(50, 51, answer, true), connection: kept }, made, FINGERPRINTS)?.kind;
  };

  it('is the last one, or an error: nothing is to be served there', () => {
    expect(answered('200 old / h -', 1)).toBeUndefined();
    expect(answered('503', 1)).toBeUndefined();
    expect(answered('200 other / h -', 1)).toBe('wrong answer');
  });

  it('is no error as long as the listener may still be there', () => {
    expect(answered('503', 0)).toBe('wrong answer');
  });
});
