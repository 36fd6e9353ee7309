import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PATIENCE, NO_WAITS, stallOf, waitsAfter, type Awaited, type Waits } from './patience.js';

const STEP_MS = 1_000;

/** What is complained of after each step. */
function after(steps: readonly (readonly [Awaited, number][])[]): readonly (Awaited | undefined)[] {
  let waits: Waits = NO_WAITS;
  return steps.map((progress) => {
    waits = waitsAfter(waits, new Map(progress), STEP_MS);
    return stallOf(waits, DEFAULT_PATIENCE);
  });
}

const steps = <T>(seconds: number, of: (second: number) => T): readonly T[] =>
  Array.from({ length: seconds + 1 }, (_, second) => of(second));

describe('patience with a client', () => {
  it('ends when a socket has taken nothing for 60 seconds', () => {
    const seen = after(steps(60, () => [['socket', 7]]));
    expect(seen.indexOf('socket')).toBe(60);
  });

  it('does not end while the socket takes anything at all, however long it takes', () => {
    expect(after(steps(600, (second) => [['socket', Math.floor(second / 55)]]))).not.toContain('socket');
  });

  it('ends when a response has not been answered for 60 seconds', () => {
    const seen = after(steps(60, () => [['routes', 3]]));
    expect(seen.indexOf('routes')).toBe(60);
  });

  it('begins anew with each answer of the type, and not with one of another', () => {
    expect(after(steps(600, (second) => [['routes', Math.floor(second / 50)]]))).not.toContain('routes');
    const other = after(
      steps(60, (second) => [
        ['routes', 3],
        ['secret', second],
      ]),
    );
    expect(other.at(-1)).toBe('routes');
  });

  it('is over as soon as nothing is waited for', () => {
    expect(after(steps(600, (second) => (second % 50 === 0 ? [] : [['endpoints', 1]])))).not.toContain(
      'endpoints',
    );
  });

  it('bears an acknowledgement of clusters that is withheld for ten minutes, and no longer', () => {
    const seen = after(steps(600, () => [['cluster', 0]]));
    expect(seen.indexOf('cluster')).toBe(600);
  });
});
