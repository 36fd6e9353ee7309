import { describe, expect, it } from '@jest/globals';
import { parseYaml } from './parse-yaml.js';

function value(text: string): unknown {
  const { value: parsed, faults } = parseYaml(text);
  expect(faults).toEqual([]);
  return parsed;
}

function faults(text: string): readonly string[] {
  const { faults: found, lines } = parseYaml(text);
  return found.map(({ offset, rule, message }) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col} ${rule}: ${message}`;
  });
}

describe('reading YAML as Kubernetes does', () => {
  it('takes plain yes, no, on and off as booleans and quoted ones as text', () => {
    expect(value('[yes, No, on, OFF, y, "no", \'yes\', nope]')).toEqual([
      true,
      false,
      true,
      false,
      true,
      'no',
      'yes',
      'nope',
    ]);
  });

  it('takes numbers with underscores, octal, hexadecimal and binary ones', () => {
    expect(value('[0644, 0o17, 0x1F, 0b11, 1_000, -7, +1, 0, -010]')).toEqual([
      420, 15, 31, 3, 1000, -7, 1, 0, -8,
    ]);
  });

  it('leaves dates, versions, sexagesimals and bad octals as they are written', () => {
    expect(value('[2001-01-01, 1.2.3, "0644", 12:30, 1.5, 1e3]')).toEqual([
      '2001-01-01',
      '1.2.3',
      '0644',
      '12:30',
      1.5,
      1000,
    ]);
  });

  it('expands anchors, aliases and merge keys', () => {
    expect(value('base: &b {x: 1}\na: *b\nc: {<<: *b, z: 2}')).toEqual({
      base: { x: 1 },
      a: { x: 1 },
      c: { x: 1, z: 2 },
    });
  });

  it('reads JSON that is indented with tabs', () => {
    expect(value('{\n\t"a": [\n\t\t1\n\t]\n}')).toEqual({ a: [1] });
  });

  it('reports each repeated key at its second place', () => {
    expect(faults('a: 1\na: 2\nb:\n  c: 1\n  c: 2\n')).toEqual([
      '2:1 duplicateKey: the same key is written twice',
      '5:3 duplicateKey: the same key is written twice',
    ]);
  });

  it('reports the first error of a broken text', () => {
    expect(faults('a:\n  - b\n c: 1\nd: [\n')).toHaveLength(1);
    expect(faults('a: b: c\n')[0]).toMatch(/^1:4 syntax: nested mappings are not allowed/);
  });

  it('refuses an alias inside what it refers to, an unknown one, and one that expands without bound', () => {
    expect(faults('a: &a [1, *a]')).toEqual(['1:11 alias: the alias stands inside what it refers to']);
    expect(faults('a: *nothing')[0]).toMatch(/nothing/);
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`);
    expect(faults(`a0: &a0 [x]\n${bomb.join('\n')}`)[0]).toMatch(/alias: excessive alias count/);
  });
});
