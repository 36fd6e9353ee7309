import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { termIn, termMemory } from './term.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a term', () => {
  it('is not on before it is set, is on for so long, and ends when it is taken back', () => {
    const term = termIn(termMemory());
    expect([term.isOn(), term.leftMs()]).toEqual([false, 0]);
    term.set(10_000);
    expect(term.isOn()).toBe(true);
    expect(term.leftMs()).toBeGreaterThan(9000);
    expect(term.leftMs()).toBeLessThanOrEqual(10_000);
    term.set(undefined);
    expect([term.isOn(), term.leftMs()]).toEqual([false, 0]);
  });

  it('is the same for all who share the memory', () => {
    const memory = termMemory();
    termIn(memory).set(10_000);
    expect(termIn(memory).isOn()).toBe(true);
  });

  it('ends by either clock: one stands still while the machine sleeps, the other may be set back', () => {
    const term = termIn(termMemory());
    term.set(10_000);
    const [steady, day] = [process.hrtime.bigint(), Date.now()];
    jest.spyOn(Date, 'now').mockReturnValue(day + 11_000);
    expect(term.isOn()).toBe(false);
    jest.spyOn(Date, 'now').mockReturnValue(day - 3_600_000);
    expect(term.isOn()).toBe(true);
    jest.spyOn(process.hrtime, 'bigint').mockReturnValue(steady + 11_000_000_000n);
    expect(term.isOn()).toBe(false);
  });
});
