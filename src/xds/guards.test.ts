import { describe, expect, it } from '@jest/globals';
import { buildPart, buildSection } from './build.js';
import {
  guardedMeanwhile,
  guardedWhileKept,
  guardedWhileNew,
  servableWhileAbsent,
  type Servable,
} from './guards.js';
import type { Part, Section, TakenRequests } from './resource.js';

const owner = { object: 'Gateway shop/public', at: '' };
const plain = (key: string, text: string, guard?: string): Part =>
  buildPart({ key, bytes: Buffer.from(text), references: [], owner, guard });

/** All requests of a path and below it. */
function below(path: string): TakenRequests {
  const holds = (wide: string, narrow: string): boolean =>
    wide === '/' || `${narrow}/`.startsWith(`${wide}/`);
  return { key: path, excludes: ({ key }) => !holds(path, key) && !holds(key, path) };
}

/** A rule for a path; what stands in for it has the path. Its name is that of its path unless told otherwise. */
function rule(
  path: string,
  does: string,
  guard?: string,
  permits?: readonly string[],
  key = `rule ${path}`,
): Part {
  const takes = below(path);
  const refusal = buildPart({ key, bytes: Buffer.from(`${path} 500`), references: [], owner, takes });
  return buildPart({
    key,
    bytes: Buffer.from(`${path} ${does} ${guard ?? ''}`),
    references: [{ type: 'cluster', name: does }],
    owner,
    takes,
    guard,
    permits,
    replacement: refusal,
  });
}

/** A rule that is named for its place in its route. */
const numbered = (number: number, path: string, does: string, guard?: string): Part =>
  rule(path, does, guard, undefined, `rule ${number}`);

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

/** When the named clusters are ready. */
const servable = (...ready: readonly string[]): Servable => ({
  permitted: (part) => (part.permits?.includes('gone') === true ? part.replacement : part),
  mayServe: ({ references }) => references.every(({ name }) => ready.includes(name)),
  standsIn: () => false,
});

const meanwhile = (section: Section, former: Section | undefined, ...ready: readonly string[]) =>
  textOf(guardedMeanwhile(section, former, servable(...ready)));

describe('a rule that has moved within its route', () => {
  it('serves as it did, behind those that are guarded', () => {
    const before = host([numbered(0, '/a', 'old'), numbered(1, '/b', 'old'), numbered(2, '/', 'old')]);
    const after = host([numbered(0, '/b', 'new'), numbered(1, '/a', 'new', 'auth'), numbered(2, '/', 'new')]);
    expect(meanwhile(after, before)).toEqual(['/a 500', '/b old', '/ old']);
  });

  it('leaves the host as it was where its guard was there before', () => {
    const before = host([numbered(0, '/a', 'old', 'auth'), numbered(1, '/b', 'old')]);
    const after = host([numbered(0, '/b', 'new'), numbered(1, '/a', 'new', 'auth')]);
    expect(meanwhile(after, before)).toBeUndefined();
  });

  it('counts for nothing behind another of its path: only the first gets requests', () => {
    const before = host([numbered(0, '/', 'open'), numbered(1, '/', 'old', 'auth')]);
    const after = host([numbered(0, '/', 'new', 'auth'), numbered(1, '/', 'open')]);
    expect(meanwhile(after, before)).toEqual(['/ 500']);
    expect(meanwhile(before, after)).toBeUndefined();
  });

  it('has another name than those that stand ahead of it by now', () => {
    const before = host([numbered(0, '/b', 'old'), numbered(1, '/', 'old')]);
    const after = host([numbered(0, '/a', 'new', 'auth'), numbered(1, '/', 'new')]);
    const served = guardedMeanwhile(after, before, servable());
    expect(textOf(served)).toEqual(['/a 500', '/b old', '/ old']);
    expect(new Set(served?.parts.map(({ key }) => key)).size).toBe(4);
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

  it('has what is guarded in its new form when that needs nothing that is not ready', () => {
    const before = host([rule('/a', 'old'), rule('/b', 'old')]);
    const after = host([rule('/a', 'old', 'auth'), rule('/b', 'ready'), rule('/c', 'missing')]);
    expect(meanwhile(after, before, 'old', 'ready')).toEqual(['/a old auth', '/b old']);
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
    expect(meanwhile(host([guarded, rule('/b', 'new')]), before)).toEqual(['/ old auth', '/open old']);
    expect(meanwhile(host([guarded, rule('/open', 'new')]), before)).toEqual(['/ old auth', '/open old']);
  });

  it('is as it was where what is no more took other requests, or had to pass the same', () => {
    const guarded = rule('/a', 'old', 'auth');
    const after = host([guarded, rule('/', 'new')]);
    expect(meanwhile(after, host([rule('/open', 'old'), guarded]))).toBeUndefined();
    expect(meanwhile(after, host([rule('/a/b', 'old', 'auth'), guarded]))).toBeUndefined();
    expect(meanwhile(after, host([rule('/a/b', 'old', 'other'), guarded]))).toEqual([
      '/a old auth',
      '/a/b old other',
    ]);
  });

  it('keeps those ahead of what is guarded that take some of its requests', () => {
    const before = host([rule('/a/b', 'old'), rule('/', 'old')]);
    const after = host([rule('/a/b', 'new'), rule('/c', 'new'), rule('/a', 'new', 'auth'), rule('/', 'new')]);
    expect(meanwhile(after, before)).toEqual(['/a/b old', '/a 500', '/ old']);
    expect(meanwhile(after, before, 'new')).toEqual(['/a/b new', '/a new auth', '/ old']);
  });

  it('refuses of these what neither has been there nor can be served', () => {
    const before = host([rule('/', 'old')]);
    const after = host([rule('/a/b', 'new'), rule('/a', 'new', 'auth'), rule('/', 'new')]);
    expect(meanwhile(after, before)).toEqual(['/a/b 500', '/a 500', '/ old']);
  });

  it('does not send requests where neither version does', () => {
    const before = host([rule('/a/b/c', 'former'), rule('/a/b', 'old'), rule('/', 'old')]);
    const after = host([rule('/a/b', 'new'), rule('/a', 'new', 'auth'), rule('/', 'new')]);
    // By the former version, what is below /a/b/c goes elsewhere than the rest.
    expect(meanwhile(after, before)).toEqual(['/a/b 500', '/a 500', '/a/b/c former', '/ old']);
  });

  it('keeps the head that its requests had to pass, while rules wait', () => {
    const before = host([rule('/a', 'old'), rule('/b', 'old')], 'listener');
    const after = host([rule('/a', 'new', 'auth'), rule('/b', 'new')]);
    const served = guardedMeanwhile(after, before, servable());
    expect(served?.parts[0]?.guard).toBe('listener');
    expect(textOf(served)).toEqual(['/a 500', '/b old']);
  });

  it('keeps what is no more behind what is guarded, and what lets nothing through', () => {
    const guarded = rule('/a', 'old', 'auth');
    const refusal = rule('/c', 'none');
    const refused = { ...refusal, bytes: Buffer.from('/c 500'), hash: refusal.replacement?.hash ?? '' };
    const before = host([refused, guarded, rule('/b', 'old')]);
    expect(meanwhile(host([guarded, rule('/d', 'new')]), before)).toBeUndefined();
  });
});

describe('a host that is nothing but a refusal', () => {
  const refused = host([]);
  const refusal = buildSection({ ...refused, parts: refused.fallback ?? [] });

  it('serves each rule as soon as that is ready, guarded or not', () => {
    const guarded = host([rule('/a', 'old', 'auth'), rule('/b', 'new'), plain('unmatched', '404')]);
    expect(meanwhile(guarded, refusal, 'old')).toEqual(['/a old auth', '/b 500', '404']);
    expect(meanwhile(host([rule('/a', 'old'), rule('/b', 'new')]), refusal, 'old')).toEqual([
      '/a old',
      '/b 500',
    ]);
  });
});

describe('a host without rules', () => {
  const empty = host([plain('unmatched', '404')], 'listener');

  it('goes on having none while one waits', () => {
    const after = host([rule('/a', 'new', 'auth'), plain('unmatched', '404')], 'listener');
    expect(meanwhile(after, empty)).toBeUndefined();
  });

  it('is what it is to be at once', () => {
    const after = host([plain('unmatched', '404')], 'other');
    expect(meanwhile(after, host([rule('/a', 'old')]))).toEqual(['404']);
  });
});

describe('a host that is new', () => {
  const asNew = (section: Section, taker: Section | undefined, ...ready: readonly string[]) =>
    textOf(guardedWhileNew(section, taker, servable(...ready)));
  const section = host([rule('/a', 'new', 'auth'), rule('/', 'new')]);

  it('is left out where the wider one that takes its requests guards them, or it guards nothing', () => {
    expect(asNew(section, host([rule('/a', 'old', 'auth'), rule('/', 'old')]))).toBeUndefined();
    expect(asNew(host([rule('/', 'new')]), host([rule('/', 'old')]))).toBeUndefined();
    expect(asNew(host([rule('/', 'new')]), undefined)).toBeUndefined();
  });

  it('has the rules of the wider one behind what that does not guard', () => {
    expect(asNew(section, host([rule('/', 'old')]))).toEqual(['/a 500', '/ old']);
    expect(asNew(section, host([rule('/', 'old')]), 'new')).toEqual(['/a new auth', '/ old']);
  });

  it('asks what the wider one does not ask of all its requests', () => {
    const asking = host([rule('/', 'new')], 'listener');
    expect(asNew(asking, host([rule('/', 'old')]))).toEqual(['/ old']);
    expect(asNew(asking, host([rule('/', 'old')], 'listener'))).toBeUndefined();
  });
});

describe('a host that is no more and is served until another can take its requests', () => {
  const wide = host([rule('/a', 'new', 'auth'), rule('/', 'new')]);
  const kept = (gone: Section, taker: Section | undefined) =>
    textOf(guardedWhileKept(gone, taker, servable()));

  it('stands behind what the other guards', () => {
    expect(kept(host([rule('/', 'old')]), wide)).toEqual(['/a 500', '/ old']);
    expect(kept(host([rule('/', 'old', 'other')]), wide)).toEqual(['/a 500', '/ old other']);
  });

  it('refuses all where the other guards all', () => {
    expect(kept(host([rule('/', 'old')]), host([rule('/', 'new')], 'auth'))).toEqual(['500']);
  });

  it('stands as it is where the same guards it, or nothing is guarded', () => {
    expect(kept(host([rule('/a', 'old', 'auth'), rule('/', 'old')]), wide)).toBeUndefined();
    expect(kept(host([rule('/a/b', 'old', 'auth'), rule('/a', 'old', 'auth')]), wide)).toBeUndefined();
    expect(kept(host([rule('/', 'old')], 'auth'), host([rule('/', 'new')], 'auth'))).toBeUndefined();
    expect(kept(host([rule('/', 'old')]), host([rule('/', 'new')]))).toBeUndefined();
    expect(kept(host([rule('/', 'old')]), undefined)).toBeUndefined();
  });
});

describe('a host that stands in for a narrower one, which is new and waits', () => {
  const narrow = (...rules: readonly Part[]): Section =>
    buildSection({ ...host(rules), key: 'a.h', wider: ['h'] });
  /** `taker` took the requests of the new one. */
  const standingIn = (taker: Section | undefined, added: Section): Servable =>
    servableWhileAbsent([added], () => taker, servable('ready', 'listener'));
  const open = narrow(rule('/', 'new'));
  const old = host([rule('/', 'old')]);

  it('serves nothing yet that is new: such requests are not its own', () => {
    const after = host([rule('/admin', 'ready', 'auth'), rule('/', 'new')]);
    expect(textOf(guardedMeanwhile(after, old, standingIn(old, open)))).toEqual(['/admin 500', '/ old']);
    expect(meanwhile(after, old, 'ready')).toEqual(['/admin ready auth', '/ old']);
    expect(textOf(guardedWhileNew(after, undefined, standingIn(undefined, open)))).toEqual([
      '/admin 500',
      '/ 500',
    ]);
  });

  it('has nothing ahead of others that stood behind them', () => {
    const guarded = rule('/a', 'old', 'auth');
    const before = host([rule('/a/b', 'old'), guarded]);
    const after = host([guarded]);
    expect(textOf(guardedMeanwhile(after, before, standingIn(before, open)))).toEqual(['/a 500', '/a/b old']);
    expect(meanwhile(after, before)).toEqual(['/a old auth', '/a/b old']);
  });

  it('goes on refusing all where it did', () => {
    const refused = host([]);
    const refusal = buildSection({ ...refused, parts: refused.fallback ?? [] });
    const after = host([rule('/', 'ready', 'auth')]);
    expect(guardedMeanwhile(after, refusal, standingIn(refusal, open))).toBeUndefined();
  });

  it('refuses all where it asks less of them than the one that took them', () => {
    const widest = host([rule('/', 'old')], 'listener');
    const asking = buildSection({ ...open, parts: host([rule('/', 'new')], 'listener').parts });
    const after = host([rule('/admin', 'new', 'auth')]);
    expect(textOf(guardedWhileNew(after, widest, standingIn(widest, asking)))).toEqual(['500']);
    expect(textOf(guardedWhileNew(after, widest, servable()))).toEqual(['/admin 500', '/ old']);
  });

  it('stands as any other where that is served itself', () => {
    const guarded = narrow(rule('/admin', 'new', 'auth'));
    const after = host([rule('/admin', 'ready', 'auth'), rule('/', 'new')]);
    expect(textOf(guardedMeanwhile(after, old, standingIn(old, guarded)))).toEqual([
      '/admin ready auth',
      '/ old',
    ]);
  });
});
