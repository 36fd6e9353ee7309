import { describe, expect, it } from '@jest/globals';
import { buildPart, buildSection } from './build.js';
import { getsByWhileKept, guardedMeanwhile } from './guards.js';
import type { Part, Section } from './resource.js';

const owner = { object: 'Gateway shop/public', at: '' };
const plain = (key: string, text: string, guard?: string): Part =>
  buildPart({ key, bytes: Buffer.from(text), references: [], owner, guard });

/** A rule for a match; what stands in for it has the match. */
function rule(match: string, does: string, guard?: string, permits?: readonly string[]): Part {
  const key = `rule ${match}`;
  const references = [{ type: 'cluster', name: does }] as const;
  const bytes = Buffer.from(`${match} ${does} ${guard ?? ''}`);
  return buildPart({
    key,
    bytes,
    references,
    owner,
    guard,
    permits,
    replacement: plain(key, `${match} 500`),
  });
}

const host = (parts: readonly Part[], guard?: string): Section =>
  buildSection({
    key: 'h',
    frame: 2,
    parts: [plain('head', `head ${guard ?? ''}`, guard), ...parts],
    fallback: [plain('head', 'head '), plain('unusable', '500')],
  });

const textOf = (section: Section | undefined): readonly string[] | undefined =>
  section?.parts
    .slice(section.parts[0]?.key === 'head' ? 1 : 0)
    .map(({ bytes }) => Buffer.from(bytes).toString().trim());

/** What is served meanwhile, when the named clusters are ready. */
function meanwhile(section: Section, former: Section | undefined, ...ready: readonly string[]) {
  const mayServe = ({ references }: Part): boolean => references.every(({ name }) => ready.includes(name));
  return textOf(
    guardedMeanwhile(section, former, ({ permits }) => permits?.includes('gone') === true, mayServe),
  );
}

/** A rule at a place of its route, whose number is in its name and in what stands in for it. */
function numbered(number: number, match: string, does: string, guard?: string): Part {
  const key = `rule ${number}`;
  return buildPart({
    ...rule(match, does, guard),
    key,
    takes: () => match,
    replacement: plain(key, `${number} ${match} 500`),
  });
}

describe('a rule that has moved within its route', () => {
  it('serves as it did, behind those that are guarded', () => {
    const before = host([numbered(0, '/a', 'old'), numbered(1, '/b', 'old'), numbered(2, '/', 'old')]);
    const after = host([numbered(0, '/b', 'new'), numbered(1, '/a', 'new', 'auth'), numbered(2, '/', 'new')]);
    expect(meanwhile(after, before)).toEqual(['/b old', '1 /a 500', '/ old']);
  });

  it('leaves the host as it was where its guard was there before', () => {
    const before = host([numbered(0, '/a', 'old', 'auth'), numbered(1, '/b', 'old')]);
    const after = host([numbered(0, '/b', 'new'), numbered(1, '/a', 'new', 'auth')]);
    expect(meanwhile(after, before)).toBeUndefined();
  });

  it('is told from others with its match: of these the first alone gets requests', () => {
    const before = host([numbered(0, '/', 'open'), numbered(1, '/', 'old', 'auth')]);
    const after = host([numbered(0, '/', 'new', 'auth'), numbered(1, '/', 'open')]);
    expect(meanwhile(after, before)).toEqual(['0 / 500', '1 / 500']);
  });
});

describe('what is served of a host that waits', () => {
  it('is as it was when nothing of it is guarded, or all that is was so before', () => {
    expect(meanwhile(host([rule('/', 'new')]), host([rule('/', 'old')]))).toBeUndefined();
    const before = host([rule('/', 'old', 'auth'), rule('/a', 'old')]);
    expect(meanwhile(host([rule('/', 'new', 'auth'), rule('/a', 'new')]), before)).toBeUndefined();
  });

  it('refuses what is guarded from now on, and lets the other rules serve as they did', () => {
    const before = host([rule('/a', 'old'), rule('/b', 'old')]);
    const after = host([rule('/a', 'old', 'auth'), rule('/b', 'new')]);
    expect(meanwhile(after, before)).toEqual(['/a 500', '/b old']);
  });

  it('refuses a new rule that a wider one without guard took the requests of', () => {
    const before = host([rule('/', 'old')]);
    const after = host([rule('/admin', 'old', 'auth'), rule('/', 'old')]);
    expect(meanwhile(after, before)).toEqual(['/admin 500', '/ old']);
  });

  it('refuses what is guarded by something else from now on', () => {
    const before = host([rule('/', 'old', 'auth')]);
    expect(meanwhile(host([rule('/', 'old', 'other')]), before)).toEqual(['/ 500']);
  });

  it('has those parts in their new form that need nothing that is not ready', () => {
    const before = host([rule('/a', 'old'), rule('/b', 'old')]);
    const after = host([rule('/a', 'old', 'auth'), rule('/b', 'ready'), rule('/c', 'missing')]);
    expect(meanwhile(after, before, 'old', 'ready')).toEqual(['/a old auth', '/b ready', '/c 500']);
  });

  it('does not bring back what is no longer permitted', () => {
    const before = host([rule('/a', 'old'), rule('/b', 'old', undefined, ['gone'])]);
    const after = host([rule('/a', 'old', 'auth'), rule('/b', 'new')]);
    expect(meanwhile(after, before)).toEqual(['/a 500', '/b 500']);
  });

  it('is nothing but a refusal when its guard is on all of it and not ready', () => {
    const before = host([rule('/a', 'old')]);
    const section = host([rule('/a', 'old')], 'auth');
    const needing = buildSection({
      ...section,
      parts: section.parts.map((part) =>
        part.guard === undefined ? part : { ...part, references: [{ type: 'cluster', name: 'auth' }] },
      ),
    });
    expect(meanwhile(needing, before, 'old')).toEqual(['500']);
    expect(meanwhile(needing, before, 'old', 'auth')).toEqual(['/a old']);
  });

  it('is refused too where the host is a new one', () => {
    expect(meanwhile(host([rule('/a', 'new', 'auth'), rule('/b', 'old')]), undefined, 'old')).toEqual([
      '/a 500',
      '/b old',
    ]);
  });

  it('has nothing ahead of what is guarded that is no more, or comes after it by now', () => {
    const guarded = rule('/', 'old', 'auth');
    const before = host([rule('/open', 'old'), guarded]);
    expect(meanwhile(host([guarded, rule('/b', 'new')]), before)).toEqual(['/ old auth', '/b 500']);
    expect(meanwhile(host([guarded, rule('/open', 'new')]), before)).toEqual(['/ old auth', '/open old']);
  });

  it('keeps what is no more behind what is guarded, and what lets nothing through', () => {
    const guarded = rule('/a', 'old', 'auth');
    const refusal = rule('/c', 'none');
    const refused = { ...refusal, bytes: Buffer.from('/c 500'), hash: refusal.replacement?.hash ?? '' };
    const before = host([refused, guarded, rule('/b', 'old')]);
    expect(meanwhile(host([guarded, rule('/d', 'new')]), before)).toBeUndefined();
  });
});

describe('a host that is no more and is served until another can take its requests', () => {
  const wide = host([rule('/', 'new', 'auth')]);

  it('lets requests get by what the other guards', () => {
    expect(getsByWhileKept(host([rule('/', 'old')]), wide)).toBe(true);
    expect(getsByWhileKept(host([rule('/', 'old', 'other')]), wide)).toBe(true);
    expect(getsByWhileKept(host([rule('/', 'old')]), host([rule('/', 'new')], 'auth'))).toBe(true);
  });

  it('does not where the same guards it, or nothing is guarded', () => {
    expect(getsByWhileKept(host([rule('/', 'old', 'auth')]), wide)).toBe(false);
    expect(getsByWhileKept(host([rule('/', 'old')], 'auth'), host([rule('/', 'new')], 'auth'))).toBe(false);
    expect(getsByWhileKept(host([rule('/', 'old')]), host([rule('/', 'new')]))).toBe(false);
    expect(getsByWhileKept(host([rule('/', 'old')]), undefined)).toBe(false);
  });
});
