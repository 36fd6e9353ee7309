import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createPacer, type Next, type Pacer } from './pacer.js';

// One that is given up would go on turning the clock of the next.
jest.setTimeout(120_000);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

interface Paced {
  readonly pacer: Pacer;
  readonly worked: string[];
  /** Ends work that waits for it. */
  readonly finish: (key: string, next?: Next) => Promise<void>;
}

/** @param next of each work, in order; undefined: it waits for `finish`. Later ones ask for nothing. */
function paced(concurrency: number, ...next: readonly (Next | undefined)[]): Paced {
  const left = [...next];
  const worked: string[] = [];
  const waiting = new Map<string, (next: Next) => void>();
  const pacer = createPacer({
    concurrency,
    groupOf: (key) => key.split('/')[0] ?? '',
    now: () => performance.now(),
    work: (key) => {
      worked.push(key);
      const said = left.length > 0 ? left.shift() : {};
      return said === undefined ? new Promise((resolve) => waiting.set(key, resolve)) : Promise.resolve(said);
    },
  });
  return {
    ...{ pacer, worked },
    finish: async (key, said = {}) => {
      waiting.get(key)?.(said);
      await pass(1);
    },
  };
}

describe('a key', () => {
  it('is worked on once, however often it is asked for', async () => {
    const { pacer, worked } = paced(1);
    for (let i = 0; i < 10; i += 1) pacer.ask('a');
    expect(pacer.size).toBe(1);
    await pass(1);
    expect(worked).toEqual(['a']);
    expect(pacer.size).toBe(0);
  });

  it('that is asked for while it is worked on is worked on once more, and never twice at a time', async () => {
    const { pacer, worked, finish } = paced(5, undefined, undefined);
    pacer.ask('a');
    await pass(1);
    pacer.ask('a');
    pacer.ask('a');
    await pass(1000);
    expect(worked).toEqual(['a']);
    await finish('a');
    expect(worked).toEqual(['a', 'a']);
    await finish('a');
    expect(worked).toEqual(['a', 'a']);
  });

  it('rests, whoever asks for it', async () => {
    const { pacer, worked } = paced(1, { restMs: 100 });
    pacer.ask('a');
    await pass(1);
    for (let i = 0; i < 9; i += 1) {
      pacer.ask('a');
      await pass(10);
    }
    expect(worked).toHaveLength(1);
    await pass(20);
    expect(worked).toHaveLength(2);
  });

  it('that asks for itself again is worked on then, or before when somebody else asks', async () => {
    const { pacer, worked } = paced(1, { againMs: 1000 }, { againMs: 1000 });
    pacer.ask('a');
    await pass(10);
    pacer.ask('a');
    await pass(10);
    expect(worked).toHaveLength(2);
    await pass(900);
    expect(worked).toHaveLength(2);
    await pass(200);
    expect(worked).toHaveLength(3);
    await pass(5000);
    expect(worked).toHaveLength(3);
  });

  it('may be asked for later, and sooner after all', async () => {
    const { pacer, worked } = paced(1);
    pacer.ask('a', 1000);
    pacer.ask('b', 1000);
    pacer.ask('b', 100);
    pacer.ask('b', 2000);
    await pass(200);
    expect(worked).toEqual(['b']);
    await pass(5000);
    expect(worked).toEqual(['b', 'a']);
  });
});

describe('of many keys', () => {
  it('only so many are worked on at a time, in the order they were asked for', async () => {
    const { pacer, worked, finish } = paced(2, undefined, undefined, undefined);
    for (const key of ['a', 'b', 'c', 'd']) pacer.ask(key);
    await pass(1);
    expect(worked).toEqual(['a', 'b']);
    await finish('b');
    expect(worked).toEqual(['a', 'b', 'c']);
    await finish('c');
    expect(worked).toEqual(['a', 'b', 'c', 'd']);
  });

  it('those of another group wait for one of the first group, and not for all', async () => {
    const { pacer, worked, finish } = paced(2, undefined, undefined, undefined, undefined, undefined);
    for (const key of ['many/a', 'many/b', 'many/c', 'many/d', 'few/a', 'few/b']) pacer.ask(key);
    await pass(1);
    expect(worked).toEqual(['many/a', 'few/a']);
    await finish('many/a');
    expect(worked).toEqual(['many/a', 'few/a', 'many/b']);
    await finish('few/a');
    expect(worked).toEqual(['many/a', 'few/a', 'many/b', 'few/b']);
    await finish('few/b');
    expect(worked).toEqual(['many/a', 'few/a', 'many/b', 'few/b', 'many/c']);
  });

  it('none is worked on after they are forgotten, and what was worked on asks for nothing', async () => {
    const { pacer, worked, finish } = paced(1, undefined);
    for (const key of ['a', 'b']) pacer.ask(key);
    pacer.ask('c', 100);
    await pass(1);
    pacer.ask('a');
    pacer.clear();
    await finish('a', { againMs: 1 });
    await pass(1000);
    expect(worked).toEqual(['a']);
    pacer.ask('b');
    await pass(1);
    expect(worked).toEqual(['a', 'b']);
  });

  it('others have their turn of the event loop between', async () => {
    jest.useRealTimers();
    let turns = 0;
    const pacer = createPacer({
      ...{ concurrency: 10, groupOf: () => '', now: () => performance.now() },
      work: () => {
        const end = performance.now() + 5;
        while (performance.now() < end);
        return Promise.resolve({});
      },
    });
    for (let i = 0; i < 40; i += 1) pacer.ask(`${i}`);
    while (pacer.size > 0) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(10);
  });
});
