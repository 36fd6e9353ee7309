import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Converged, InfraFailure } from './converge.js';
import { createPasses, type Passes } from './passes.js';

const FAILURE: InfraFailure = { kind: 'Service', name: 'a', because: 'refused', message: 'no' };
const WELL: Converged = { failures: [], repaired: 0, written: 0 };

let passes: Passes;
let looked: string[];
let answer: (fleet: string) => Converged;
let faults: unknown[];

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  looked = [];
  faults = [];
  answer = () => WELL;
  passes = createPasses({
    pass: (fleet) => {
      looked.push(fleet);
      return Promise.resolve(answer(fleet));
    },
    onFault: (_fleet, thrown) => void faults.push(thrown),
  });
});

afterEach(async () => {
  await passes.stop();
  jest.useRealTimers();
});

const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('passes', () => {
  it('look once at what was woken many times together', async () => {
    for (const fleet of ['a', 'b', 'a', 'a']) passes.wake(fleet);
    await settled();
    expect(looked).toEqual(['a', 'b']);
  });

  it('look again at what was woken while it was looked at', async () => {
    answer = () => {
      if (looked.length === 1) passes.wake('a');
      return WELL;
    };
    passes.wake('a');
    await settled();
    expect(looked).toEqual(['a', 'a']);
  });

  it('try again what failed, ever later, and at once when it is forgotten', async () => {
    answer = () => ({ ...WELL, failures: [FAILURE] });
    passes.wake('a');
    await settled();
    passes.wake('a');
    await settled();
    expect(looked).toHaveLength(1);
    for (const [ms, count] of [
      [1_001, 2],
      [1_001, 2],
      [1_001, 3],
    ] as const) {
      await jest.advanceTimersByTimeAsync(ms);
      await settled();
      expect(looked).toHaveLength(count);
    }
    passes.forget('a');
    passes.wake('a');
    await settled();
    expect(looked).toHaveLength(4);
  });

  it('give way to who changes the same objects again and again', async () => {
    answer = () => ({ ...WELL, repaired: 1, written: 1 });
    for (let i = 0; i < 20; i += 1) {
      passes.wake('a');
      await settled();
    }
    expect(looked.length).toBe(6);
    await jest.advanceTimersByTimeAsync(1_001);
    await settled();
    expect(looked.length).toBe(7);
  });

  it('survive a fault of ours', async () => {
    answer = () => {
      if (looked.length === 1) throw new Error('a fault');
      return WELL;
    };
    passes.wake('a');
    await settled();
    await jest.advanceTimersByTimeAsync(1_001);
    await settled();
    expect(looked).toHaveLength(2);
    expect(faults).toHaveLength(1);
  });
});
