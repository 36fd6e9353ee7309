import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildPart } from './build.js';
import type { Part } from './resource.js';
import { bytesOfList, hashOfList, runsOf } from './runs.js';

const owner = { object: '', at: '' };
const part = (content: number | string): Part =>
  buildPart({ key: '', bytes: Buffer.from(`part ${content};`), references: [], owner });
const parts = (count: number): readonly Part[] => Array.from({ length: count }, (_, i) => part(i));

/** The same content in new objects: what another replica makes of it. */
const anew = (list: readonly Part[]): readonly Part[] => list.map((each) => ({ ...each }));
const joined = (list: readonly Part[]): string => Buffer.concat(bytesOfList(list)).toString();

const edits = fc.array(
  fc.record({ at: fc.nat(400), removed: fc.nat(3), added: fc.array(fc.nat(1_000), { maxLength: 3 }) }),
  { maxLength: 12 },
);

describe('a list in runs', () => {
  it('has the same hash and the same runs for the same content, whatever was before', () => {
    fc.assert(
      fc.property(fc.nat(400), edits, (count, changes) => {
        let list = parts(count);
        for (const { at, removed, added } of changes) {
          list = list.toSpliced(at, removed, ...added.map(part));
          runsOf(list);
        }
        const other = anew(list);
        expect(hashOfList('', list)).toBe(hashOfList('', other));
        expect(runsOf(list).map(({ items }) => items.length)).toEqual(
          runsOf(other).map(({ items }) => items.length),
        );
        expect(joined(list)).toBe(list.map(({ bytes }) => Buffer.from(bytes).toString()).join(''));
      }),
      { numRuns: 200 },
    );
  });

  it('has another hash when anything is another, or in another place', () => {
    const list = parts(300);
    const [first = part(''), second = part(''), ...rest] = list;
    const others = [
      list.with(150, part('other')),
      list.toSpliced(150, 1),
      list.toSpliced(150, 0, part('x')),
      [second, first, ...rest],
    ];
    expect(new Set([list, ...others].map((each) => hashOfList('', each))).size).toBe(5);
    expect(hashOfList('frame', list)).not.toBe(hashOfList('', list));
  });

  it.each([300, 10_000])('of %d shares all but the runs next to a change', (count) => {
    const list = parts(count);
    const before = new Set(runsOf(list));
    for (const changed of [
      list.with(150, part('new')),
      list.toSpliced(150, 1),
      list.toSpliced(150, 0, part('new')),
    ]) {
      const made = runsOf(changed).filter((run) => !before.has(run));
      expect(made.length).toBeGreaterThan(0);
      expect(made.length).toBeLessThanOrEqual(2);
    }
  });
});
