import { describe, expect, it } from '@jest/globals';
import { memoByContent, memoByIdentity, memoByPair } from './memo.js';

describe('a memo by identity', () => {
  const seen: string[] = [];
  const compute = (input: { readonly name: string }, context: string) => {
    seen.push(`${input.name} ${context}`);
    return { of: input };
  };
  const [a, b] = [{ name: 'a' }, { name: 'a' }];

  it('computes once for each object, whatever the context', () => {
    seen.length = 0;
    const memo = memoByIdentity(compute);
    expect(memo(a, 'x')).toBe(memo(a, 'y'));
    expect(memo(a, 'x')).not.toBe(memo(b, 'x'));
    expect(seen).toEqual(['a x', 'a x']);
  });

  it('computes once for each variant that makes a difference', () => {
    seen.length = 0;
    const memo = memoByIdentity(compute, (_input, context) => context.slice(0, 1));
    expect(memo(a, 'x1')).toBe(memo(a, 'x2'));
    expect(memo(a, 'x1')).not.toBe(memo(a, 'y1'));
    expect(seen).toEqual(['a x1', 'a y1']);
  });
});

describe('a memo by content', () => {
  it('gives the same object for the same text while someone holds it', () => {
    const memo = memoByContent<{ readonly n: number }>();
    const first = memo('a', () => ({ n: 1 }));
    expect(memo('a', () => ({ n: 2 }))).toBe(first);
    expect(memo('b', () => ({ n: 3 }))).toEqual({ n: 3 });
  });
});

describe('a memo by pair', () => {
  it('computes once for each pair, and for the first alone', () => {
    let count = 0;
    const memo = memoByPair((a: object, b: object | undefined) => ({ a, b, n: (count += 1) }));
    const [a, b] = [{}, {}];
    expect(memo(a, b)).toBe(memo(a, b));
    expect(memo(a, undefined)).toBe(memo(a, undefined));
    expect([memo(a, b).n, memo(a, undefined).n, memo(b, a).n, count]).toEqual([1, 2, 3, 3]);
  });
});
