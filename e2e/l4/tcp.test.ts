import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents } from '../harness/yaml.js';
import { backend, gatewayWith, grant, l4Route } from './objects.js';
import { OFFSET, open, startPeer, tally, who, type Peer } from './peers.js';

// Machines are busy.
jest.setTimeout(60_000);

// TCPRoute, and what TCPRouteParentRefAttachAll, -PortAndSectionName, -WeightedRouting, -ReferenceGrant, -MultipleRoutesAttachment,
// -InvalidBackendRefNonexistent, -InvalidCrossNamespaceBackendRef and -InvalidNonTCPListener of the conformance suite ask for.

let windlass: Standalone;
let address: string;
let peers: readonly Peer[] = [];

const at = (port: number) => ({ address, port: port + OFFSET });
const LISTENERS = [
  '{ name: one, port: 9310, protocol: TCP }',
  '{ name: two, port: 9311, protocol: TCP }',
  '{ name: weights, port: 9312, protocol: TCP }',
  '{ name: unused, port: 9313, protocol: TCP }',
  '{ name: missing, port: 9314, protocol: TCP }',
  '{ name: far, port: 9315, protocol: TCP }',
  '{ name: several, port: 9316, protocol: TCP }',
  '{ name: live, port: 9317, protocol: TCP }',
  '{ name: http, port: 8080, protocol: HTTP }',
];

function portOf(name: string): number {
  const found = peers.find((peer) => peer.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found.port;
}

beforeAll(async () => {
  peers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => startPeer(name)));
  windlass = new Standalone({
    'gateway.yaml': documents(gatewayWith('edge', ...LISTENERS)),
    'services.yaml': documents(
      backend('a', [portOf('a')]),
      backend('b', [portOf('b')]),
      backend('c', [portOf('c')]),
      backend('ac', [portOf('a'), portOf('c')]),
      backend('empty', []),
      backend('far', [portOf('d')], { namespace: 'far' }),
    ),
    'routes.yaml': documents(
      l4Route('TCPRoute', 'one', { a: 1 }, { section: 'one' }),
      l4Route('TCPRoute', 'two', { b: 1 }, { section: 'two' }),
      l4Route('TCPRoute', 'weights', { a: 70, b: 30, c: 0 }, { section: 'weights' }),
      l4Route('TCPRoute', 'missing', { none: 1 }, { section: 'missing' }),
      l4Route('TCPRoute', 'far', { 'far/far': 1 }, { section: 'far' }),
      l4Route('TCPRoute', 'older', { a: 1 }, { section: 'several', created: '2026-01-01T00:00:00Z' }),
      l4Route('TCPRoute', 'newer', { b: 1 }, { section: 'several', created: '2026-01-02T00:00:00Z' }),
      l4Route('TCPRoute', 'on-http', { a: 1 }, { section: 'http' }),
    ),
    'live.yaml': documents(l4Route('TCPRoute', 'live', { a: 1 }, { section: 'live' })),
    'grant.yaml': documents(grant('TCPRoute', 'far')),
  });
  await windlass.start('--port-offset', String(OFFSET));
  address = await windlass.address('edge');
}, 90_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(peers.map((peer) => peer.close()));
});

describe('a TCPRoute', () => {
  it('gets the connections of the listener that it names', async () => {
    expect(await who(at(9310))).toBe('a');
    expect(await who(at(9311))).toBe('b');
  });

  it('shares connections by weight, and none falls to a weight of 0', async () => {
    const { a = 0, b = 0, ...others } = await tally(at(9312), 400);
    expect(others).toEqual({});
    expect(a).toBeGreaterThan(240);
    expect(b).toBeGreaterThan(80);
  });

  it('refuses where no route is attached, and where the backend does not exist', async () => {
    expect(await who(at(9313))).toBe('refused');
    expect(await who(at(9314))).toBe('refused');
  });

  it('that is the oldest of several is served, and all are accepted', async () => {
    expect(await tally(at(9316), 40)).toEqual({ a: 40 });
    for (const name of ['older', 'newer']) {
      const status = await windlass.status('TCPRoute', name);
      expect(status?.parents?.[0]?.conditions.find(({ type }) => type === 'Accepted')?.status).toBe('True');
    }
    const gateway = await windlass.status('Gateway', 'edge');
    expect(gateway?.listeners?.find(({ name }) => name === 'several')?.attachedRoutes).toBe(2);
  });

  it('is not allowed on a listener of HTTP', async () => {
    const status = await windlass.status('TCPRoute', 'on-http');
    expect(status?.parents?.[0]?.conditions.find(({ type }) => type === 'Accepted')).toMatchObject({
      status: 'False',
      reason: 'NotAllowedByListeners',
    });
  });

  it('reaches another namespace as long as a grant allows it', async () => {
    expect(await who(at(9315))).toBe('d');
    windlass.write('grant.yaml', documents(grant('UDPRoute', 'far')));
    await until('the connection to be refused', async () =>
      (await who(at(9315))) === 'refused' ? true : undefined,
    );
    const status = await windlass.status('TCPRoute', 'far');
    expect(status?.parents?.[0]?.conditions.find(({ type }) => type === 'ResolvedRefs')).toMatchObject({
      reason: 'RefNotPermitted',
    });
    windlass.write('grant.yaml', documents(grant('TCPRoute', 'far')));
    await until('the connection to be served', async () =>
      (await who(at(9315))) === 'd' ? true : undefined,
    );
  });
});

describe('under connections that stay open', () => {
  const write = (backends: Readonly<Record<string, number>>): void =>
    windlass.write('live.yaml', documents(l4Route('TCPRoute', 'live', backends, { section: 'live' })));
  const shows = async (what: string, is: (counts: Readonly<Record<string, number>>) => boolean) =>
    await until(what, async () => {
      const counts = await tally(at(9317), 40);
      if (!is(counts)) throw new Error(JSON.stringify(counts));
      return counts;
    });
  const only = (name: string) => (counts: Readonly<Record<string, number>>) =>
    Object.keys(counts).join() === name;

  it('weights, backends and endpoints change, and none is closed', async () => {
    const connections = await Promise.all(Array.from({ length: 10 }, () => open(at(9317))));
    expect(connections.map((each) => each?.peer)).toEqual(Array.from({ length: 10 }, () => 'a'));
    write({ a: 1, b: 1 });
    await shows('both to get connections', ({ a = 0, b = 0 }) => a > 0 && b > 0);
    write({ a: 0, b: 1 });
    await shows('b alone', only('b'));
    write({ c: 1 });
    await shows('c alone', only('c'));
    write({ none: 1 });
    await shows('all to be refused', only('refused'));
    // Both have the endpoint of a.
    write({ ac: 1, a: 1 });
    await shows('a and c', ({ a = 0, c = 0, ...rest }) => a > c && c > 0 && Object.keys(rest).length === 0);
    write({ ac: 1, empty: 1 });
    await shows('a half to be refused', ({ a = 0, c = 0, refused = 0 }) => a > 0 && c > 0 && refused > 10);
    write({ b: 1 });
    await shows('b alone again', only('b'));
    for (const connection of connections) {
      expect(connection?.isClosed()).toBe(false);
      expect(await connection?.say('still there')).toBe('still there');
      connection?.close();
    }
  });
});
