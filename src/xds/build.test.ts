import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decode, encode, encodeField, fieldNumber } from '../proto/index.js';
import {
  buildPart,
  buildResource,
  buildSection,
  buildSnapshot,
  resourceBytes,
  snapshotVersion,
} from './build.js';
import { closureFaults, RESERVED_CLUSTER } from './closure.js';
import { referencesOf } from './references.js';
import type { Reference, Resource } from './resource.js';
import { resource } from './testing/resources.js';
import { deltaResponse, framed, sotwResponse } from './wire.js';

const owner = { object: 'HTTPRoute shop/cart', at: 'rule[0]' };

const part = (key: string, bytes: Uint8Array, references: readonly Reference[] = []) =>
  buildPart({ key, bytes, references, owner });

const routeTable = (...hosts: readonly string[]) =>
  buildResource({
    type: 'routes',
    name: 'table',
    sections: [
      buildSection({
        key: 'fields',
        parts: [part('name', encode('envoy.config.route.v3.RouteConfiguration', { name: 'table' }))],
      }),
      ...hosts.map((host) =>
        buildSection({
          key: host,
          frame: fieldNumber('envoy.config.route.v3.RouteConfiguration', 'virtualHosts'),
          parts: [
            part('name', encode('envoy.config.route.v3.VirtualHost', { name: host, domains: [host] })),
            part(
              'rule[0]',
              encodeField('envoy.config.route.v3.VirtualHost', 'routes', { name: `${host}/0` }),
            ),
          ],
        }),
      ),
    ],
  });

describe('parts, sections and resources', () => {
  it('are the message that one would encode at once', () => {
    const message = decode(
      'envoy.config.route.v3.RouteConfiguration',
      resourceBytes(routeTable('a.example', 'b.example')),
    );
    expect(message.virtualHosts?.map(({ name, routes }) => [name, routes?.[0]?.name])).toEqual([
      ['a.example', 'a.example/0'],
      ['b.example', 'b.example/0'],
    ]);
  });

  it('have equal hashes exactly when they have equal bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(part('x', a).hash === part('y', b).hash).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  it('have another version in another order', () => {
    expect(routeTable('a', 'b').version).not.toBe(routeTable('b', 'a').version);
    expect(routeTable('a', 'b').version).toBe(routeTable('a', 'b').version);
  });

  it('assemble the bytes of a section once', () => {
    const [, section] = routeTable('a').sections;
    expect(section?.bytes).toBe(section?.bytes);
  });

  it('refuse a name that comes twice', () => {
    expect(() => buildSnapshot('f', [resource('cluster', 'a'), resource('cluster', 'a', 2)])).toThrow(
      RangeError,
    );
  });
});

describe('the version of a snapshot', () => {
  const versionOf = (...resources: readonly Resource[]): string =>
    snapshotVersion(buildSnapshot('f', resources));

  it('is the same whatever the order of its resources, and another with other content', () => {
    const [a, b] = [resource('cluster', 'a'), resource('endpoints', 'a')];
    expect(versionOf(a, b)).toBe(versionOf(b, a));
    expect(versionOf(a, b)).not.toBe(versionOf(a));
    expect(versionOf(a, b)).not.toBe(versionOf(a, resource('endpoints', 'a', 2)));
  });
});

describe('references', () => {
  it('are known of a resource, each name once', () => {
    const table = resource('routes', 'r', 1, ['a', 'b', 'a']);
    expect(referencesOf(table, 'cluster')).toEqual(['a', 'b']);
    expect(referencesOf(table, 'secret')).toEqual([]);
  });

  it('must not lead out of a snapshot, but for the reserved cluster', () => {
    const table = resource('routes', 'r', 1, ['a', 'gone', RESERVED_CLUSTER]);
    const faults = closureFaults(buildSnapshot('f', [table, resource('cluster', 'a')]));
    expect(faults).toMatchObject([{ resource: 'r', part: 'r', missing: { type: 'cluster', name: 'gone' } }]);
  });
});

describe('responses', () => {
  const one = resource('cluster', 'a');

  it('share the bytes of a resource', () => {
    expect(framed(one).delta).toBe(framed(one).delta);
    expect(framed(one).sotw.buffer).toBe(framed(one).delta.buffer);
  });

  it('are messages of the protocol', () => {
    const delta = decode(
      'envoy.service.discovery.v3.DeltaDiscoveryResponse',
      deltaResponse({ type: 'cluster', nonce: '7', resources: [one], removed: ['b'] }),
    );
    expect(delta).toMatchObject({ nonce: '7', removedResources: ['b'] });
    expect(delta.resources?.[0]).toMatchObject({ name: 'a', version: one.version });
    const sotw = decode(
      'envoy.service.discovery.v3.DiscoveryResponse',
      sotwResponse({ type: 'cluster', nonce: '8', version: 'v', resources: [one] }),
    );
    expect(sotw).toMatchObject({ nonce: '8', versionInfo: 'v' });
    expect(Buffer.from(sotw.resources?.[0]?.value ?? []).toString()).toBe('a 1 ');
  });
});
