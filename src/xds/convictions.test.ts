import { describe, expect, it } from '@jest/globals';
import { walkedBy } from '../collections/testing/walked-by.js';
import { buildPart, buildResource, buildSection } from './build.js';
import { contained, lasting, type Conviction } from './convictions.js';
import { changesBetween } from './stream-state.js';
import type { Part, Resource, Snapshot } from './resource.js';
import { resource, snapshot } from './testing/resources.js';

const owner = { object: 'HTTPRoute default/r', at: 'rules[0]' };

function part(key: string, edition: string, cluster: string): Part {
  const references = [{ type: 'cluster' as const, name: cluster }];
  const replacement = buildPart({ key, bytes: Buffer.from(`${key} 500`), references: [], owner });
  return buildPart({ key, bytes: Buffer.from(`${key} ${edition}`), references, owner, replacement });
}

/** A table of so many hosts with one route each, to the cluster of the same number. */
function table(hosts: number, edition = ''): Resource {
  const sections = Array.from({ length: hosts }, (_, i) =>
    buildSection({ key: `h${i}`, frame: 2, parts: [part(`r${i}`, i === 1 ? edition : '', `c${i}`)] }),
  );
  return buildResource({ type: 'routes', name: 't', sections });
}

function world(count: number, routes = table(count)): Snapshot {
  return snapshot(routes, ...Array.from({ length: count }, (_, i) => resource('cluster', `c${i}`)));
}

function edited(from: Snapshot, ...changed: readonly Resource[]): Snapshot {
  const resources = { ...from.resources };
  for (const each of changed) resources[each.type] = resources[each.type].edit([[each.name, each]]);
  return { ...from, resources };
}

function convicted(of: Resource, key: string): Conviction {
  const found = of.sections.flatMap(({ parts }) => parts).find((each) => each.key === key);
  const { type, name } = of;
  return {
    type,
    resource: name,
    part: key,
    hash: found?.hash ?? '',
    owner,
    message: 'no',
    at: 0,
    replaced: true,
  };
}

const bytesOf = ({ resources }: Snapshot, host: string): string | undefined => {
  const section = resources.routes.get('t')?.sections.find(({ key }) => key === host);
  return section?.parts.map(({ bytes }) => Buffer.from(bytes).toString()).join();
};

describe('what is served', () => {
  it('is the snapshot itself while nothing is convicted', () => {
    const all = world(3);
    expect(contained(all, [])).toBe(all);
  });

  it('has the replacement in place of a convicted part, and everything else as it was', () => {
    const all = world(3);
    const served = contained(all, [convicted(table(3), 'r1')]);
    expect(['h0', 'h1', 'h2'].map((host) => bytesOf(served, host))).toEqual(['r0 ', 'r1 500', 'r2 ']);
    expect(changesBetween(all, served)).toMatchObject({ cluster: [], routes: ['t'] });
  });

  it('lacks a convicted cluster, and what names it has its replacement', () => {
    const all = world(3);
    const served = contained(all, [convicted(resource('cluster', 'c2'), 'c2')]);
    expect([...served.resources.cluster.keys()]).toEqual(['c0', 'c1']);
    expect(bytesOf(served, 'h2')).toBe('r2 500');
  });

  it.each([
    ['route', (count: number) => convicted(table(count), 'r7')],
    ['cluster', () => convicted(resource('cluster', 'c7'), 'c7')],
  ] as const)('costs the same with 300 and with 10,000 resources when a %s is convicted', (_what, of) => {
    const costAt = (count: number): number => {
      const all = world(count);
      const convictions = [of(count)];
      const before = contained(all, convictions);
      const next = edited(all, resource('cluster', 'c9', 2));
      return walkedBy(() => {
        expect(lasting(convictions, next, all)).toBe(convictions);
        const served = contained(next, convictions);
        expect(changesBetween(before, served)).toMatchObject({ cluster: ['c9'], routes: [] });
        // Not built again.
        expect(served.resources.routes.get('t')).toBe(before.resources.routes.get('t'));
      });
    };
    expect(costAt(10_000)).toBe(costAt(300));
  });
});

describe('a conviction', () => {
  const all = world(3);
  const convictions = [convicted(table(3), 'r1')];

  it('lasts while its part is the same, whatever changes beside it', () => {
    expect(lasting(convictions, world(5, table(5)), all)).toBe(convictions);
    expect(lasting(convictions, world(3), undefined)).toBe(convictions);
  });

  it('ends when the part changes, and when the resource is gone', () => {
    expect(lasting(convictions, edited(all, table(3, 'other')), all)).toEqual([]);
    expect(lasting(convictions, snapshot(), all)).toEqual([]);
  });
});
