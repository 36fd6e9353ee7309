import { describe, expect, it } from '@jest/globals';
import { walkedBy } from '../collections/testing/walked-by.js';
import { buildPart, buildResource, buildSection, buildSnapshot, buildWhole, resourceBytes } from './build.js';
import { contained, convictionsOf, lasting, type Conviction } from './convictions.js';
import type { Part, Reference, Resource, ResourceType, Snapshot } from './resource.js';
import { changesBetween } from './stream-state.js';
import { partsOf } from './trial.js';

const owner = { object: 'Gateway shop/public', at: '' };

function part(content: string, references: readonly Reference[] = [], others: Partial<Part> = {}): Part {
  return buildPart({ key: content, bytes: Buffer.from(content), references, owner, ...others });
}

const whole = (type: ResourceType, name: string, edition = 1, replacement?: string): Resource =>
  buildWhole({
    type,
    name,
    bytes: Buffer.from(`${name} ${edition}`),
    references: [],
    owner,
    ...(replacement !== undefined && { replacement: Buffer.from(replacement) }),
  });

const of = (type: ResourceType, name: string, ...parts: readonly Part[]): Resource =>
  buildResource({ type, name, sections: [buildSection({ key: name, parts })] });

const chain = (name: string, secret: string): Part =>
  part(name, [{ type: 'secret', name: secret }], {
    replacement: buildPart({ key: name, bytes: new Uint8Array(), references: [], owner }),
  });

function convictionOf(
  snapshot: Snapshot,
  type: ResourceType,
  name: string,
  index = 0,
): readonly Conviction[] {
  const resource = snapshot.resources[type].get(name);
  if (resource === undefined) throw new Error(`no ${type} ${name}`);
  const hash = partsOf(resource)[index]?.hash ?? '';
  return convictionsOf(snapshot, resource, new Set([hash]), 'no', 0);
}

const text = (snapshot: Snapshot, type: ResourceType, name: string): string | undefined => {
  const resource = snapshot.resources[type].get(name);
  return resource && Buffer.from(resourceBytes(resource)).toString();
};

describe('a replacement that can be replaced itself', () => {
  const key = 'chain';
  const none = part('', [], { key });
  const plain = part('plain', [], { key, replacement: none });
  const traced = part('traced', [], { key, replacement: plain });
  const site = buildSnapshot('fleet', [of('listener', 'l', part('head'), traced, chain('other', 's'))]);
  const convicted = (snapshot: Snapshot, before: readonly Conviction[]): readonly Conviction[] => [
    ...before,
    ...convictionOf(snapshot, 'listener', 'l', 1),
  ];

  it('stands in for the part, until it is convicted too', () => {
    const first = convicted(site, []);
    const served = contained(site, first);
    expect(text(served, 'listener', 'l')).toBe('headplainother');
    const second = convicted(served, first);
    expect(text(contained(site, second), 'listener', 'l')).toBe('headother');
    expect(lasting(second, site, undefined)).toEqual(second);
  });
});

describe('a convicted secret', () => {
  const site = (edition: number): Snapshot =>
    buildSnapshot('fleet', [
      whole('secret', 'bad', edition),
      whole('secret', 'good'),
      of('listener', 'both', part('head'), chain('a', 'bad'), chain('b', 'good')),
      of('listener', 'one', part('head'), chain('a', 'bad')),
    ]);

  it('is withheld, and so is every chain that names it, and a listener that has no other', () => {
    const served = contained(site(1), convictionOf(site(1), 'secret', 'bad'));
    expect([...served.resources.secret.keys()]).toEqual(['good']);
    expect(text(served, 'listener', 'both')).toBe('headb');
    expect(served.resources.listener.has('one')).toBe(false);
  });

  it('whose chain was convicted for it frees the chain when it changes', () => {
    const convictions = convictionOf(site(1), 'listener', 'both', 1);
    const before = site(1);
    expect(lasting(convictions, before, undefined)).toBe(convictions);
    const { resources } = before;
    const other = resources.secret.edit([['bad', whole('secret', 'bad', 2)]]);
    expect(lasting(convictions, { ...before, resources: { ...resources, secret: other } }, before)).toEqual(
      [],
    );
    expect(lasting(convictions, site(2), before)).toEqual([]);
  });
});

describe('convicted endpoints', () => {
  it('are replaced by what they say stands in their place: Envoy would keep the former ones', () => {
    const site = buildSnapshot('fleet', [whole('endpoints', 'e', 1, 'none')]);
    const convictions = convictionOf(site, 'endpoints', 'e');
    expect(convictions[0]?.replaced).toBe(true);
    expect(text(contained(site, convictions), 'endpoints', 'e')).toBe('none');
  });
});

describe('a rule that names a withheld cluster', () => {
  const uses = (...names: readonly string[]): Reference[] => names.map((name) => ({ type: 'cluster', name }));
  const site = (rule: Part): Snapshot =>
    buildSnapshot('fleet', [whole('cluster', 'good'), whole('cluster', 'bad'), of('routes', 't', rule)]);
  const served = (rule: Part): string | undefined =>
    text(contained(site(rule), convictionOf(site(rule), 'cluster', 'bad')), 'routes', 't');
  const replacement = part('500');

  it('goes on without it where it can', () => {
    const without = (names: ReadonlySet<string>): Part => part(`without ${[...names].join()}`, uses('good'));
    expect(served(part('split', uses('good', 'bad'), { replacement, without }))).toBe('without bad');
  });

  it('is replaced where it cannot, and where the rest is no better', () => {
    expect(served(part('plain', uses('bad'), { replacement }))).toBe('500');
    expect(served(part('plain', uses('bad'), { replacement, without: () => part('x', uses('bad')) }))).toBe(
      '500',
    );
  });
});

describe('what is served while something is convicted', () => {
  /** So many clusters, and a table with a host for each. */
  const world = (count: number): Snapshot => {
    const names = Array.from({ length: count }, (_, i) => `c${i}`);
    const sections = names.map((name) => {
      const replacement = part(`${name} 500`);
      const rule = part(`to ${name}`, [{ type: 'cluster', name }], { replacement });
      return buildSection({ key: name, frame: 2, parts: [rule] });
    });
    const table = buildResource({ type: 'routes', name: 't', sections });
    return buildSnapshot('fleet', [table, ...names.map((name) => whole('cluster', name))]);
  };

  it('is the snapshot itself when nothing is', () => {
    expect(contained(world(3), [])).toEqual(world(3));
  });

  it.each([
    ['route', 'routes', 't', 7],
    ['cluster', 'cluster', 'c7', 0],
  ] as const)(
    'costs the same with 300 and with 10,000 resources, if it is a %s',
    (_what, type, name, index) => {
      const costAt = (count: number): number => {
        const all = world(count);
        const convictions = convictionOf(all, type, name, index);
        const before = contained(all, convictions);
        expect(before.resources.routes).not.toBe(all.resources.routes);
        const cluster = all.resources.cluster.edit([['c9', whole('cluster', 'c9', 2)]]);
        const next = { ...all, resources: { ...all.resources, cluster } };
        return walkedBy(() => {
          expect(lasting(convictions, next, all)).toBe(convictions);
          const served = contained(next, convictions);
          expect(changesBetween(before, served)).toMatchObject({ cluster: ['c9'], routes: [] });
          // Not built again.
          expect(served.resources.routes.get('t')).toBe(before.resources.routes.get('t'));
        });
      };
      expect(costAt(10_000)).toBe(costAt(300));
    },
  );
});
