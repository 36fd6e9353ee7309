import { describe, expect, it } from '@jest/globals';
import { History } from './history.js';
import type { State } from './state.js';
import { judgeStream, type StreamExchange } from './stream-verdict.js';

const NEVER = (): never => {
  throw new Error('not asked for');
};

function state(number: number, labels: readonly string[], tightens = false): State {
  return {
    number,
    kind: 'test',
    rules: { granted: true, policies: tightens ? { web: 'ca-right' } : {}, clients: 'anyone' },
    snapshot: NEVER,
    entrance: NEVER,
    foretold: NEVER,
    backends: NEVER,
    asked: NEVER,
    guards: NEVER,
    clusters: NEVER,
    labels: NEVER,
    secret: NEVER,
    keyPair: NEVER,
    streams: () => ({
      labels: new Set(labels),
      mayBeRefused: labels.length === 0,
      backends: [{ namespace: 'default', name: 'web' }],
    }),
  };
}

/** State 0 is acknowledged at 5, state 1 written at 10. */
function history(next: State): History {
  const made = new History();
  made.written(state(0, ['a']), 0);
  made.acknowledged(0, 5);
  made.written(next, 10);
  return made;
}

const verdict = (
  answer: string,
  next = state(1, ['b']),
  { from = 12, keptSince }: Partial<Pick<StreamExchange, 'from' | 'keptSince'>> = {},
): string | undefined => {
  const said = judgeStream({ stream: 'tcp', from, to: from + 1, keptSince, answer }, history(next));
  return said?.kind;
};

describe('a new connection', () => {
  it('may meet a backend of any state in force, and no other', () => {
    expect([verdict('a'), verdict('b'), verdict('c')]).toEqual([undefined, undefined, 'wrong answer']);
    expect(verdict('b', state(1, ['b']), { from: 7 })).toBe('wrong answer');
  });

  it('may be refused where a state has no backend for it, and while a change that tightens is not there yet', () => {
    expect(verdict('refused')).toBe('refused');
    expect(verdict('refused', state(1, []))).toBeUndefined();
    expect(verdict('refused', state(1, ['b'], true))).toBe('held back');
  });

  it('that is not answered is a failure', () => {
    expect(verdict('timeout', state(1, []))).toBe('timeout');
  });
});

describe('a connection that is kept', () => {
  const kept = (answer: string): string | undefined => verdict(answer, state(1, []), { keptSince: 6 });

  it('meets its backend for good, though no state has it any more', () => {
    expect(kept('same')).toBeUndefined();
    expect([kept('closed'), kept('other'), kept('timeout')]).toEqual(['reset', 'wrong answer', 'timeout']);
  });
});
