import { describe, expect, it } from '@jest/globals';
import { differenceBetween, type Difference } from './difference.js';
import type { Section } from './resource.js';
import { host, rule, table } from './testing/resources.js';

const section = (key: string, edition = 1): Section => host(key, [rule('r', [], { edition })]);
const keysOf = ({ changed, gone }: Difference) => ({
  changed: changed.map(({ section: { key }, former }) => (former === undefined ? `+${key}` : key)),
  gone: gone.map(({ key }) => key),
});

describe('the difference between two contents', () => {
  const a = section('a');
  const b = section('b');
  const c = section('c');
  const d = section('d');
  const between = (before: readonly Section[], after: readonly Section[]) =>
    keysOf(differenceBetween(table('t', before), table('t', after)));

  it('is what is new, another, or no more', () => {
    expect(between([a, b, c], [a, section('b', 2), d])).toEqual({ changed: ['b', '+d'], gone: ['c'] });
    expect(between([], [a])).toEqual({ changed: ['+a'], gone: [] });
    expect(between([a, b], [])).toEqual({ changed: [], gone: ['a', 'b'] });
  });

  it('is none for another order, nor for equal content', () => {
    expect(between([a, b, c], [c, a, b])).toEqual({ changed: [], gone: [] });
    expect(between([a, b], [section('a'), section('b')])).toEqual({ changed: [], gone: [] });
  });

  it('a host that is called like the head of the table is not the head', () => {
    expect(between([a], [a, section('table')])).toEqual({ changed: ['+table'], gone: [] });
    expect(between([section('table'), a], [a])).toEqual({ changed: [], gone: ['table'] });
  });
});
