import { describe, expect, it } from '@jest/globals';
import { PendingPaths } from './pending-paths.js';
import { until } from './testing/folder.js';

type Due = Record<string, 'settled' | 'overdue'>;

function collect(maxDelayMs: number): { readonly pending: PendingPaths; readonly calls: Due[] } {
  const calls: Due[] = [];
  const pending = new PendingPaths({
    quietMs: 20,
    maxDelayMs,
    onDue: (paths) => {
      calls.push(Object.fromEntries(paths));
      return Promise.resolve();
    },
  });
  return { pending, calls };
}

describe('paths at which something happened', () => {
  it('are handed on together once it is quiet', async () => {
    const { pending, calls } = collect(5000);
    for (const path of ['a', 'b', 'a']) pending.add(path);
    await until(
      () => JSON.stringify(calls),
      () => calls.length > 0,
    );
    await pending.close();
    expect(calls).toEqual([{ a: 'settled', b: 'settled' }]);
  });

  it('wait no longer than the bound for one that never becomes quiet', async () => {
    const { pending, calls } = collect(60);
    pending.add('quiet');
    const busy = setInterval(() => pending.add('busy'), 5);
    await until(
      () => JSON.stringify(calls),
      () => calls.some((call) => call['busy'] === 'overdue'),
    );
    clearInterval(busy);
    await pending.close();
    expect(calls.find((call) => 'quiet' in call)).toMatchObject({ quiet: 'settled' });
  });

  it('are held while other work has the floor, and when it is over handed on', async () => {
    const { pending, calls } = collect(40);
    let release: () => void = () => undefined;
    const alone = pending.alone(() => new Promise((resolve) => (release = resolve)));
    pending.add('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual([]);
    release();
    await alone;
    await until(
      () => JSON.stringify(calls),
      () => calls.length === 1,
    );
    await pending.close();
  });
});
