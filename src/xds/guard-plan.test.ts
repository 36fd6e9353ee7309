import { describe, expect, it } from '@jest/globals';
import { buildPart, buildSection } from './build.js';
import { planOf } from './guard-plan.js';
import type { Part, Section, TakenRequests } from './resource.js';

const owner = { object: 'Gateway shop/public', at: '' };
const RULES = 2_000;

/** Rules for paths of which none holds another; each look at what one takes is counted. */
function counting() {
  const looks = { count: 0 };
  const rule = (path: string, guard?: string): Part => {
    const takes: TakenRequests = {
      get key() {
        looks.count += 1;
        return path;
      },
      excludes: ({ key }) => key !== path,
    };
    const references = [{ type: 'cluster', name: 'c' } as const];
    const refusal = buildPart({ key: path, bytes: Buffer.from(`${path} 500`), references: [], owner, takes });
    const bytes = Buffer.from(`${path} ${guard ?? ''}`);
    return buildPart({ key: path, bytes, references, owner, takes, guard, replacement: refusal });
  };
  return { looks, rule };
}

const host = (rules: readonly Part[]): Section => buildSection({ key: 'h', frame: 2, parts: rules });

describe('a host of very many rules that are guarded alike', () => {
  const { looks, rule } = counting();
  const rules = Array.from({ length: RULES }, (_, i) => rule(`/${i}`, 'auth'));
  const looksFor = (after: readonly Part[]): number => {
    const before = looks.count;
    planOf(host(after), host(rules));
    return looks.count - before;
  };

  it.each([
    ['comes', [rule('/new', 'auth'), ...rules]],
    ['comes, guarded otherwise,', [rule('/new', 'other'), ...rules]],
    ['goes', rules.slice(1)],
    ['takes other requests', [rule('/new', 'auth'), ...rules.slice(1)]],
    ['is guarded otherwise', [rule('/0', 'other'), ...rules.slice(1)]],
  ])('is looked at a few times, not once for each of them, when its first rule %s', (_, after) => {
    expect(looksFor(after)).toBeLessThan(20 * RULES);
  });
});
