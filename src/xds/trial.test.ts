import { describe, expect, it } from '@jest/globals';
import { buildPart, buildResource, buildSection } from './build.js';
import type { Part, Resource } from './resource.js';
import { beginTrial, isOver, judged, partsOf, variantOf, type Trial } from './trial.js';

const owner = { object: 'HTTPRoute shop/checkout', at: '' };

function part(key: string, content = key, replacement?: Part): Part {
  return buildPart({ key, bytes: Buffer.from(content), references: [], owner, replacement });
}

function table(...parts: readonly Part[]): Resource {
  return buildResource({ type: 'routes', name: 't', sections: [buildSection({ key: 's', parts })] });
}

const keys = (resource: Resource): readonly string[] => partsOf(resource).map(({ key }) => key);

/** A client that refuses every resource with one of these parts in it. */
function run(
  trial: Trial | undefined,
  bad: readonly string[],
): { trial: Trial | undefined; tried: Resource[] } {
  const tried: Resource[] = [];
  let each = trial;
  while (each !== undefined && !isOver(each)) {
    const variant = variantOf(each);
    tried.push(variant);
    each = judged(each, keys(variant).some((key) => bad.includes(key)) ? 'no' : undefined);
  }
  return { trial: each, tried };
}

const hashesOf = (...contents: readonly string[]): readonly string[] =>
  contents.map((content) => part(content).hash);

describe('the trial of a rejected resource', () => {
  const many = Array.from({ length: 200 }, (_, i) => `r${i}`);

  it('convicts the single new part of a resource that was rejected alone, without another response', () => {
    const trial = beginTrial(table(part('a'), part('b')), table(part('a')), true, 'no');
    expect([...(trial?.convicted ?? [])]).toEqual(hashesOf('b'));
    expect(trial === undefined || isOver(trial)).toBe(true);
  });

  it('first tries a resource alone that was rejected in company, and convicts nothing of it when that is accepted', () => {
    const wanted = table(part('a'), part('b'));
    const { trial, tried } = run(beginTrial(wanted, undefined, false, 'no'), []);
    expect(tried.map(({ version }) => version)).toEqual([wanted.version]);
    expect(trial?.convicted.size).toBe(0);
  });

  it('asks in other bytes where equal ones would not be looked at again, and convicts what was meant', () => {
    const again = part('a', 'in other words');
    const wanted = table({ ...part('a'), restated: () => again });
    const trial = beginTrial(wanted, undefined, false, 'no');
    if (trial === undefined) throw new Error('no trial');
    expect(partsOf(variantOf(trial))).toEqual([again]);
    expect([...judged(trial, 'no').convicted]).toEqual(hashesOf('a'));
  });

  it('has no suspects when nothing in it is new to the client', () => {
    expect(beginTrial(table(part('a')), table(part('a'), part('b')), true, 'no')).toBeUndefined();
  });

  it('finds one bad part of two hundred in a few variants', () => {
    const { trial, tried } = run(beginTrial(table(...many.map((key) => part(key))), undefined, true, 'no'), [
      'r137',
    ]);
    expect([...(trial?.convicted ?? [])]).toEqual(hashesOf('r137'));
    expect(tried.length).toBeLessThan(17);
  });

  it('finds several bad parts', () => {
    const { trial } = run(beginTrial(table(...many.map((key) => part(key))), undefined, true, 'no'), [
      'r3',
      'r4',
      'r199',
    ]);
    expect([...(trial?.convicted ?? [])]).toEqual(hashesOf('r3', 'r4', 'r199'));
  });

  it('ends after a bounded number of variants, whatever the client refuses', () => {
    const { trial, tried } = run(
      beginTrial(table(...many.map((key) => part(key))), undefined, true, 'no'),
      many,
    );
    expect(tried.length).toBeLessThanOrEqual(48 + 8);
    expect([...(trial?.convicted ?? [])].sort()).toEqual([...hashesOf(...many)].sort());
  });

  it('keeps what was accepted of a part that waits, and leaves out what it did not have', () => {
    const wanted = table(
      part('a', 'a2', part('a', '500')),
      part('b', 'b2', part('b', '500')),
      part('c', 'c', part('c', '500')),
    );
    const trial = beginTrial(wanted, table(part('a', 'a1'), part('b', 'b1')), true, 'no');
    if (trial === undefined) throw new Error('no trial');
    const contents = partsOf(variantOf(judged(trial, 'no'))).map(({ bytes }) =>
      Buffer.from(bytes).toString(),
    );
    expect(contents).toEqual(['a2', 'b1']);
  });

  it('blames what is in every variant when all that can be left out is rejected one by one', () => {
    const chain = (key: string): Part => part(key, key, part(key, ''));
    const listener = table(part('head'), chain('a'), chain('b'));
    const { trial } = run(beginTrial(listener, undefined, true, 'cannot bind'), ['head']);
    expect([...(trial?.convicted ?? [])]).toEqual(hashesOf('head'));
  });

  it('blames the only part that can be left out when all is well without it', () => {
    const listener = table(part('head'), part('a', 'a', part('b', '')));
    const { trial } = run(beginTrial(listener, undefined, true, 'no'), ['a']);
    expect([...(trial?.convicted ?? [])]).toEqual(hashesOf('a'));
  });

  it('blames a part that can do with less when all is well with that, though the client takes nothing less', () => {
    const lesser = buildPart({ ...part('a', 'lesser'), replacement: part('a', '') });
    const listener = table(part('head'), part('a', 'traced', lesser));
    let trial = beginTrial(listener, undefined, true, 'no');
    while (trial !== undefined && !isOver(trial)) {
      const contents = partsOf(variantOf(trial)).map(({ bytes }) => Buffer.from(bytes).toString());
      trial = judged(trial, contents.includes('lesser') ? undefined : 'no filter chains');
    }
    expect([...(trial?.convicted ?? [])]).toEqual(
      partsOf(listener)
        .slice(1)
        .map(({ hash }) => hash),
    );
  });

  it('takes a host that the client does not have to 500 from the first rule that waits, so that none falls to a wider one', () => {
    const fallback = [part('head'), part('unusable')];
    const rules = ['a', 'b', 'c', 'd'].map((key) => part(key));
    const host = buildSection({ key: 'host', frame: 2, parts: [part('head'), ...rules], fallback });
    const wanted = buildResource({ type: 'routes', name: 't', sections: [host] });
    const trial = beginTrial(wanted, undefined, true, 'no');
    if (trial === undefined) throw new Error('no trial');
    expect(keys(variantOf(trial))).toEqual(['head', 'a', 'b', 'unusable']);
    expect(keys(variantOf(judged(trial, 'no')))).toEqual(['head', 'a', 'unusable']);
    expect(keys(variantOf(judged(trial, undefined)))).toEqual(['head', 'a', 'b', 'c', 'unusable']);
  });
});
