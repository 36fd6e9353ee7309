import { describe, expect, it } from '@jest/globals';
import { sortedMap } from '../collections/index.js';
import type { Json } from '../proto/index.js';
import type { ClientValidation, Fleet, L4EndpointsModel } from '../routing/index.js';
import { buildResource, buildSection, closureFaults, type Part, type Snapshot } from '../xds/index.js';
import { resourceJson } from './config-dump.js';
import { fieldsOf, isList } from './json.js';
import { snapshotOf } from './snapshot.js';
import { encodedBy } from './testing/encoded-by.js';
import { certificate, httpsListener, httpsPort } from './testing/fleets.js';
import { expectGolden } from './testing/golden.js';
import { l4Share, l4Target, secured, streamFleet, streamPort } from './testing/streams.js';

function dumped({ resources }: Snapshot, type: keyof Snapshot['resources']): Readonly<Record<string, Json>> {
  return Object.fromEntries([...resources[type].values()].map((each) => [each.name, resourceJson(each)]));
}

const tls = { name: 'tlsroute/shop/r/rule/0', tls: undefined };

describe('a port of TCP', () => {
  it('hands connections to the cluster of a rule, and its endpoints say to whom', () => {
    const target = l4Target('tcp', { tls: [secured('d1')] });
    const localities: L4EndpointsModel['localities'] = [
      { name: 'refused', weight: 1, endpoints: [{ refuses: true, weight: undefined }] },
      {
        name: 'shop/a:80',
        weight: 3,
        endpoints: [{ address: '10.0.0.1', port: 8080, digest: 'd1', weight: undefined }],
      },
      {
        name: 'shop/b:80',
        weight: 0,
        endpoints: [{ address: '10.0.0.2', port: 8080, digest: 'plain', weight: undefined }],
      },
    ];
    const snapshot = snapshotOf(
      streamFleet([streamPort('TCP', [['*', target]])], [{ cluster: target.cluster.name, localities }]),
    );
    expectGolden('tcp-listener', dumped(snapshot, 'listener'));
    expectGolden('tcp-cluster', dumped(snapshot, 'cluster'));
    expectGolden('tcp-endpoints', dumped(snapshot, 'endpoints'));
    // The secret of the CA is the fleet's.
    expect(closureFaults(snapshot).map(({ missing }) => missing.name)).toEqual(['ca/shop/a']);
  });

  it('without a route refuses, and is a listener all the same', () => {
    const snapshot = snapshotOf(streamFleet([streamPort('TCP', [['*', undefined]])]));
    expect(JSON.stringify(dumped(snapshot, 'listener'))).toContain('"cluster":"windlass-unresolved"');
    expect(closureFaults(snapshot)).toEqual([]);
  });
});

describe('a port of UDP', () => {
  it('hands datagrams on by a listener of its own name', () => {
    expectGolden(
      'udp-listener',
      dumped(snapshotOf(streamFleet([streamPort('UDP', [['*', l4Target('udp')]])])), 'listener'),
    );
  });

  it('stands beside one of TCP with its number', () => {
    const ports = [streamPort('TCP', [['*', l4Target('tcp')]]), streamPort('UDP', [['*', l4Target('udp')]])];
    expect([...snapshotOf(streamFleet(ports)).resources.listener.keys()]).toEqual([
      'gateway/shop/web/9000',
      'gateway/shop/web/udp/9000',
    ]);
  });
});

describe('a port of TLS', () => {
  const chains = [
    ['*.a.test', l4Target('tcp', tls)],
    ['own.a.test', undefined],
    ['x.a.test', l4Target('tcp', tls)],
  ] as const;

  it('has a chain for each server name, which ends TLS only where it has somebody to send to', () => {
    const ends = { certificates: ['secret/shop/a'] };
    expectGolden(
      'tls-listener',
      dumped(snapshotOf(streamFleet([streamPort('TLS', chains, ends)])), 'listener'),
    );
  });

  it('may be one of HTTPS as well', () => {
    const https = httpsPort([
      [httpsListener('https', 'b.test', [certificate('a', { certificate: '', key: '' })]), []],
    ]);
    const [stream] = streamPort('TLS', chains).streams;
    const fleet = streamFleet([{ ...https, streams: stream === undefined ? [] : [stream] }]);
    const [listener] = Object.values(dumped(snapshotOf(fleet), 'listener'));
    const chainsThere = fieldsOf(listener ?? null)['filterChains'] ?? null;
    const names = isList(chainsThere) ? chainsThere : [];
    expect(names.map((chain) => fieldsOf(chain)['name'])).toEqual([
      'gateway/shop/web/443/https',
      'gateway/shop/web/443/stream/*.a.test',
      'gateway/shop/web/443/stream/own.a.test',
      'gateway/shop/web/443/stream/x.a.test',
    ]);
  });
});

describe('a chain that ends TLS', () => {
  const rule = l4Target('tcp', { name: 'tlsroute/shop/r/rule/0/terminate' });
  const chainOf = (clientValidation: ClientValidation | undefined): Part => {
    const ends = { certificates: ['secret/shop/a'], clientValidation };
    const { resources } = snapshotOf(streamFleet([streamPort('TLS', [['a.test', rule]], ends)]));
    const parts = resources.listener.get('gateway/shop/web/9000')?.sections.flatMap((each) => each.parts);
    const chain = parts?.find(({ key }) => key.endsWith('/a.test'));
    if (chain === undefined) throw new Error('no chain');
    return chain;
  };
  const jsonOf = (part: Part | undefined): string => {
    const sections = part === undefined ? [] : [buildSection({ key: 'l', parts: [part] })];
    return JSON.stringify(resourceJson(buildResource({ type: 'listener', name: 'l', sections })));
  };
  const strict: ClientValidation = { ca: 'ca/shop/clients', mode: 'AllowValidOnly' };

  it('verifies clients by CAs that come by SDS, and relies on no more being asked', () => {
    const chain = chainOf(strict);
    expect(jsonOf(chain)).toContain('"requireClientCertificate":true');
    expect(jsonOf(chain)).toContain('"validationContextSdsSecretConfig":{"name":"ca/shop/clients"');
    expect(chain.references).toContainEqual({ type: 'secret', name: 'ca/shop/clients' });
    expect(chain.permits).toContain('clients 9000 AllowValidOnly ca/shop/clients');
    expect(chainOf(undefined).permits).toContain('clients 9000  ');
  });

  it('refuses before TLS begins what it may not let in any more, or what Envoy has rejected it for', () => {
    const chain = chainOf(undefined);
    const closed = chain.withoutPermits?.(new Set(['clients 9000  ']));
    for (const instead of [closed, chain.replacement]) {
      expect(jsonOf(instead)).toContain('"serverNames":["a.test"]');
      expect(jsonOf(instead)).toContain('"cluster":"windlass-unresolved"');
      expect(jsonOf(instead)).not.toContain('transportSocket');
    }
    expect(chain.replacement?.replacement?.bytes.length).toBe(0);
  });

  it('says nothing of clients where TLS is handed on', () => {
    const { resources } = snapshotOf(streamFleet([streamPort('TLS', [['a.test', l4Target('tcp', tls)]])]));
    const parts = [...resources.listener.values()].flatMap(({ sections }) =>
      sections.flatMap((each) => each.parts),
    );
    expect(parts.flatMap(({ permits = [] }) => permits)).toEqual(['rule tlsroute/shop/r/rule/0']);
  });
});

describe('a change of weights or backends', () => {
  it('encodes the endpoints alone', () => {
    const fleetWith = (weight: number): Fleet => {
      const target = l4Target('tcp', {}, [l4Share('a', weight)]);
      const endpoints = [{ address: '10.0.0.1', port: 1, digest: 'plain', weight: undefined }];
      const localities = [{ name: 'shop/a:80', weight, endpoints }];
      return streamFleet(
        [streamPort('TCP', [['*', target]])],
        [{ cluster: target.cluster.name, localities }],
      );
    };
    const first = fleetWith(1);
    const before = snapshotOf(first);
    const changed = { ...fleetWith(2), l4Clusters: first.l4Clusters };
    expect(encodedBy(() => snapshotOf(changed, before))).toEqual({ endpoints: 1, snapshots: 1 });
  });
});

describe('a chain that still leads to a rule that is gone', () => {
  const target = l4Target('tcp', {}, [
    {
      weight: 1,
      target: {
        kind: 'backend',
        service: { group: '', kind: 'Service', namespace: 'far', name: 'a' },
        port: 80,
        secured: undefined,
      },
    },
  ]);
  const there = streamFleet([streamPort('TCP', [['*', target]])]);
  const gone = streamFleet([streamPort('TCP', [['*', undefined]])]);
  const grant = {
    apiVersion: 'v1',
    kind: 'ReferenceGrant',
    metadata: { name: 'g', namespace: 'far' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service' }],
    },
  } as const;
  const granted = sortedMap([['far', sortedMap([['g', grant]])]]);
  const permits = (snapshot: Snapshot): boolean =>
    snapshot.permitted?.('rule tcproute/shop/r/rule/0') === true;

  it('is served while what the rule relied on holds, and not a moment longer', () => {
    const first = snapshotOf({ ...there, grants: granted });
    expect(permits(first)).toBe(true);
    const second = snapshotOf({ ...gone, grants: granted }, first);
    expect(permits(second)).toBe(true);
    expect(permits(snapshotOf(gone, second))).toBe(false);
  });

  it('is not served when nobody knows what that was', () => {
    expect(permits(snapshotOf({ ...gone, grants: granted }))).toBe(false);
  });
});
