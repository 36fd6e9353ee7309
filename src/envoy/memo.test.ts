import { describe, expect, it } from '@jest/globals';
import { memoByContent, memoByIdentity } from './memo.js';

describe('a memo by identity', () => {
  it('computes once for each object and variant', () => {
    const seen: string[] = [];
    const memo = memoByIdentity((input: { readonly name: string }, variant: string) => {
      seen.push(`${input.name} ${variant}`);
      return { of: input };
    });
    const [a, b] = [{ name: 'a' }, { name: 'a' }];
    expect(memo(a, 'x')).toBe(memo(a, 'x'));
    expect(memo(a, 'y')).not.toBe(memo(b, 'y'));
    expect(seen).toEqual(['a x', 'a y', 'a y']);
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
