import { describe, expect, it } from '@jest/globals';
import { buildPart, buildResource, buildSection, buildSnapshot } from './build.js';
import { permittedResource, stillPermitted } from './permits.js';
import type { Part, Permit, Section } from './resource.js';

function part(name: string, permits: readonly Permit[], more: Partial<Part> = {}): Part {
  const owner = { object: 'HTTPRoute shop/r', at: '' };
  return buildPart({ key: 'route', bytes: Buffer.from(name), references: [], owner, permits, ...more });
}

const served = (of: Part, ...holding: readonly Permit[]): string | undefined => {
  const section: Section = buildSection({ key: 'host', frame: 2, parts: [of] });
  const snapshot = { ...buildSnapshot('fleet', []), permitted: (permit: Permit) => holding.includes(permit) };
  const left = stillPermitted(section, snapshot);
  return left?.parts.map(({ bytes }) => Buffer.from(bytes).toString()).join();
};

describe('a part of an earlier snapshot', () => {
  const replacement = part('error', []);
  const rest = part('rest', ['a']);
  const whole = part('whole', ['a', 'b'], {
    replacement,
    withoutPermits: (revoked) => (revoked.has('a') ? part('nothing', ['c']) : rest),
  });

  it('is served while its permissions hold', () => {
    expect(served(whole, 'a', 'b')).toBe('whole');
  });

  it('is served without what relied on a permission that is gone', () => {
    expect(served(whole, 'a')).toBe('rest');
  });

  it('is replaced when what would be left relies on something that is gone as well, or cannot be told apart', () => {
    expect(served(whole, 'b')).toBe('error');
    expect(served(part('one', ['a'], { replacement }))).toBe('error');
  });

  it('is left out when nothing can stand in its place', () => {
    expect(served(part('one', ['a']))).toBeUndefined();
  });
});

describe('a table of which a host is left out', () => {
  const rule = (guard?: string): Part =>
    part('served', [], { guard, references: [{ type: 'cluster', name: 'c' }], replacement: part('500', []) });
  const host = (key: string, ...parts: readonly Part[]): Section =>
    buildSection({ key, frame: 2, parts, fallback: [part('500', [])] });
  const table = (...sections: readonly Section[]) => buildResource({ type: 'routes', name: 't', sections });
  const textOf = ({ sections }: ReturnType<typeof table>): readonly string[] =>
    sections.map(
      ({ key, parts }) => `${key}: ${parts.map(({ bytes }) => Buffer.from(bytes).toString()).join()}`,
    );

  it('refuses its requests where they are to pass something: another host would take them', () => {
    const wide = host('*', rule());
    const snapshot = buildSnapshot('fleet', [table(wide, host('a', rule('auth')), host('b', rule()))]);
    expect(textOf(permittedResource(table(wide), snapshot))).toEqual(['*: served', 'a: 500']);
    const whole = table(wide, host('a', rule('auth')));
    expect(permittedResource(whole, snapshot)).toBe(whole);
  });
});
