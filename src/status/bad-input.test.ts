import { describe, expect, it } from '@jest/globals';
import { given, objects, type Scenario } from '../routing/testing/given.js';
import { all } from './testing/statuses.js';
import { WRITTEN_INPUTS, type WrittenInput } from './testing/bad-input/catalogue.js';
import { linesOf } from './testing/bad-input/lines.js';
import { CONTROL_HOST, PORT, TCP_PORT, TLS_PORT, site } from './testing/bad-input/site.js';

// Wrong objects of every kind: what each is told, what its requests meet, and that nothing else minds.

/** Parsed once: it is the world of every test. */
const SITE = objects(site());

function said(s: Scenario, { name }: WrittenInput): readonly string[] {
  return all(s).flatMap((status) => (status.ref.name === name ? linesOf(status) : []));
}

const meets = (s: Scenario, host: string): string =>
  s.meets(`http://${host}:${PORT}/`, { gateway: 'default/gw' });

const connects = (s: Scenario, port: number, by: 'tcp' | 'tls' | 'udp', host: string): string =>
  s.connects(port, by === 'tls' ? host : undefined, by === 'udp' ? 'udp' : 'tcp', 'default/gw');

function expectUnharmed(s: Scenario): void {
  expect(meets(s, CONTROL_HOST)).toBe('default/good:80');
  expect(s.calls(`http://grpc.${CONTROL_HOST}:${PORT}/a/b`, { gateway: 'default/gw' })).toBe(
    'default/calls:80',
  );
  expect(connects(s, TLS_PORT, 'tls', `tls.${CONTROL_HOST}`)).toBe('default/secure:80');
  expect(connects(s, TCP_PORT, 'tcp', '')).toBe('default/stream:80');
  const control = all(s).filter(({ ref }) => /^(?:gw|control.*)$/.test(ref.name));
  expect(
    control.flatMap(linesOf).filter((line) => / (Accepted|ResolvedRefs|Programmed) False /.test(line)),
  ).toEqual([]);
}

describe('bad input', () => {
  it.each(WRITTEN_INPUTS)('$kind $is', (input) => {
    const s = given('').put(...SITE);
    if ('refused' in input.expected) {
      const { refused } = input.expected;
      expect(() => objects(input.yaml)).toThrow(refused);
      return;
    }
    s.change(input.yaml);
    const { says, meets: answer, connects: connection } = input.expected;
    expect(said(s, input)).toEqual(expect.arrayContaining([...says]));
    if (answer !== undefined) expect(meets(s, input.host)).toBe(answer);
    if (connection !== undefined)
      expect(connects(s, input.port, connection.by, input.host)).toBe(connection.to);
    expectUnharmed(s);
  });

  it('of all kinds at once says and meets what each does alone, and leaves everything else alone', () => {
    const admitted = WRITTEN_INPUTS.filter(({ expected }) => 'says' in expected);
    const s = given('').put(...SITE, ...admitted.flatMap(({ yaml }) => objects(yaml)));
    for (const input of admitted) {
      if ('refused' in input.expected) continue;
      expect([input.name, ...said(s, input)]).toEqual(expect.arrayContaining([...input.expected.says]));
    }
    expectUnharmed(s);
  });
});
