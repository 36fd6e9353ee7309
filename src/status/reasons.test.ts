import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { code, docTable } from '../errors/testing/doc-table.js';
import { CONDITIONS } from './index.js';

const src = new URL('..', import.meta.url).pathname;
const sources = globSync('{status,routing,infra}/**/*.ts', {
  cwd: src,
  exclude: (name) => name === 'testing',
})
  .filter((file) => !file.endsWith('.test.ts') && file !== 'status/reasons.ts')
  .map((file) => readFileSync(src + file, 'utf8'))
  .join('\n');
const reasons = new Set(Object.values(CONDITIONS).flatMap((each) => Object.keys(each)));

describe('the table of conditions', () => {
  it('is the one in the documentation', () => {
    expect(docTable('conditions.md', 'Conditions')).toEqual(
      Object.entries(CONDITIONS).flatMap(([place, meanings]) =>
        Object.entries(meanings).map(([reason, meaning]) => {
          const [kind = '', type = ''] = place.split(' ');
          return [kind, code(type), code(reason), meaning];
        }),
      ),
    );
  });

  it('has every reason that the model, the infrastructure or a condition gives', () => {
    const given = sources.matchAll(/(?:\brefus(?:al|ed)\(\s*|\breason: )'([A-Za-z]+)'/g);
    const unknown = [...given].flatMap(([, reason = '']) => (reasons.has(reason) ? [] : [reason]));
    expect(unknown).toEqual([]);
  });

  it.each([...reasons])('has %s, which some code gives', (reason) => {
    // The first of a type is what a verdict that refuses nothing becomes.
    const first = Object.values(CONDITIONS).some((each) => Object.keys(each)[0] === reason);
    expect(first || sources.includes(`'${reason}'`)).toBe(true);
  });
});
