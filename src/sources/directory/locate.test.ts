import { describe, expect, it } from '@jest/globals';
import type { PathStep } from '../../resources/index.js';
import { locate } from './locate.js';
import { parseYaml } from './parse-yaml.js';

const ROUTE = `apiVersion: v1
metadata:
  labels: { "a.b/c": x }
spec:
  rules:
    - matches:
        - path: {type: Exact, value: nope}
      backendRefs:
        - name: a
          port:
    - {}
`;

function at(path: readonly PathStep[], target: 'key' | 'value', text = ROUTE): string {
  const { document, lines } = parseYaml(text);
  const { line, col } = lines.linePos(locate(document, path, target));
  return `${line}:${col}`;
}

describe('the place of a field', () => {
  it('is its key or its value', () => {
    expect(at(['spec', 'rules', 0, 'matches', 0, 'path', 'value'], 'key')).toBe('7:31');
    expect(at(['spec', 'rules', 0, 'matches', 0, 'path', 'value'], 'value')).toBe('7:38');
    expect(at(['metadata', 'labels', 'a.b/c'], 'key')).toBe('3:13');
  });

  it('is the entry itself for an entry of a list', () => {
    expect(at(['spec', 'rules', 0, 'backendRefs', 0], 'value')).toBe('9:11');
    expect(at(['spec', 'rules', 1], 'key')).toBe('11:7');
  });

  it('is the nearest ancestor for a field that is absent', () => {
    expect(at(['spec', 'parentRefs'], 'value')).toBe('4:1');
    expect(at(['spec', 'rules', 1, 'matches', 0, 'path'], 'value')).toBe('11:7');
    expect(at(['kind'], 'value')).toBe('1:1');
  });

  it('is the key for a value that is not written', () => {
    expect(at(['spec', 'rules', 0, 'backendRefs', 0, 'port'], 'value')).toBe('10:11');
  });

  it('is the first line for the object itself', () => {
    expect(at([], 'value')).toBe('1:1');
  });

  it('is what an alias or a merge key stands for', () => {
    const text = 'x-base: &base\n  port: bad\na: *base\nb:\n  <<: *base\n  z: 1\n';
    expect(at(['a', 'port'], 'value', text)).toBe('2:9');
    expect(at(['b', 'port'], 'value', text)).toBe('2:9');
    expect(at(['b', 'z'], 'value', text)).toBe('6:6');
  });
});
