import { describe, expect, it } from '@jest/globals';
import { given, objects, type Scenario } from '../routing/testing/given.js';
import { all } from './testing/statuses.js';
import { WRITTEN_INPUTS, type WrittenInput } from './testing/bad-input/catalogue.js';
import { linesOf } from './testing/bad-input/lines.js';
import { CONTROL_HOST, PORT, site } from './testing/bad-input/site.js';

// Wrong objects of every kind: what each is told, what its requests meet, and that nothing else minds.

function said(s: Scenario, { name }: WrittenInput): readonly string[] {
  return all(s).flatMap((status) => (status.ref.name === name ? linesOf(status) : []));
}

const meets = (s: Scenario, host: string): string =>
  s.meets(`http://${host}:${PORT}/`, { gateway: 'default/gw' });

function expectUnharmed(s: Scenario): void {
  expect(meets(s, CONTROL_HOST)).toBe('default/good:80');
  const control = all(s).filter(({ ref }) => ref.name === 'gw' || ref.name === 'control');
  expect(
    control.flatMap(linesOf).filter((line) => / (Accepted|ResolvedRefs|Programmed) False /.test(line)),
  ).toEqual([]);
}

describe('bad input', () => {
  it.each(WRITTEN_INPUTS)('$kind $is', (input) => {
    const s = given(site());
    if ('refused' in input.expected) {
      const { refused } = input.expected;
      expect(() => objects(input.yaml)).toThrow(refused);
      return;
    }
    s.change(input.yaml);
    const { says, meets: answer } = input.expected;
    expect(said(s, input)).toEqual(expect.arrayContaining([...says]));
    if (answer !== undefined) expect(meets(s, input.host)).toBe(answer);
    expectUnharmed(s);
  });

  it('of all kinds at once says and meets what each does alone, and leaves everything else alone', () => {
    const admitted = WRITTEN_INPUTS.filter(({ expected }) => 'says' in expected);
    const s = given(site() + admitted.map(({ yaml }) => yaml).join(''));
    for (const input of admitted) {
      if ('refused' in input.expected) continue;
      expect([input.name, ...said(s, input)]).toEqual(expect.arrayContaining([...input.expected.says]));
    }
    expectUnharmed(s);
  });
});
