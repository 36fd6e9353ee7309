import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents } from '../harness/yaml.js';
import { backend, gatewayWith, grant, l4Route } from './objects.js';
import {
  OFFSET,
  startPeer,
  startUdpPeer,
  tally,
  UdpClient,
  who,
  whoByUdp,
  type Peer,
  type UdpPeer,
} from './peers.js';

// Machines are busy.
jest.setTimeout(60_000);

// UDPRoute, and what UDPRoute, -ParentRefAttachAllListeners, -ParentRefPortAndSectionName, -WeightedRouting, -ReferenceGrant,
// -InvalidBackendRefNonexistent, -InvalidCrossNamespaceBackendRef, -MultipleRoutesAttachment and -NotAllowedByListeners of the conformance
// suite ask for.

let windlass: Standalone;
let address: string;
let peers: readonly UdpPeer[] = [];
let tcp: Peer;

const at = (port: number) => ({ address, port: port + OFFSET });

const LISTENERS = [
  '{ name: dns, port: 5300, protocol: UDP }',
  '{ name: dns-tcp, port: 5300, protocol: TCP }',
  '{ name: weights, port: 5301, protocol: UDP }',
  '{ name: unused, port: 5302, protocol: UDP }',
  '{ name: missing, port: 5303, protocol: UDP }',
  '{ name: half, port: 5304, protocol: UDP }',
  '{ name: several, port: 5305, protocol: UDP }',
  '{ name: far, port: 5306, protocol: UDP }',
  '{ name: live, port: 5307, protocol: UDP }',
];

beforeAll(async () => {
  peers = await Promise.all(['a', 'b', 'c'].map(startUdpPeer));
  tcp = await startPeer('tcp');
  const ports = Object.fromEntries(peers.map(({ name, port }) => [name, port]));
  const udp = { protocol: 'UDP' } as const;
  windlass = new Standalone({
    'gateway.yaml': documents(gatewayWith('edge', ...LISTENERS)),
    'services.yaml': documents(
      ...['a', 'b', 'c'].map((name) => backend(name, [ports[name] ?? 0], udp)),
      backend('tcp', [tcp.port]),
      backend('far', [ports['c'] ?? 0], { ...udp, namespace: 'far' }),
    ),
    'routes.yaml': documents(
      l4Route('UDPRoute', 'dns', { a: 1 }, { section: 'dns' }),
      l4Route('TCPRoute', 'dns', { tcp: 1 }, { section: 'dns-tcp' }),
      l4Route('UDPRoute', 'weights', { a: 70, b: 30, c: 0 }, { section: 'weights' }),
      l4Route('UDPRoute', 'missing', { none: 1 }, { section: 'missing' }),
      l4Route('UDPRoute', 'half', { a: 1, none: 1 }, { section: 'half' }),
      l4Route('UDPRoute', 'older', { a: 1 }, { section: 'several', created: '2026-01-01T00:00:00Z' }),
      l4Route('UDPRoute', 'newer', { b: 1 }, { section: 'several', created: '2026-01-02T00:00:00Z' }),
      l4Route('UDPRoute', 'far', { 'far/far': 1 }, { section: 'far' }),
      l4Route('UDPRoute', 'on-tcp', { a: 1 }, { section: 'dns-tcp' }),
      l4Route('UDPRoute', 'to-tcp', { tcp: 1 }, { section: 'unused' }),
    ),
    'live.yaml': documents(l4Route('UDPRoute', 'live', { a: 1 }, { section: 'live' })),
    'grant.yaml': documents(grant('UDPRoute', 'far')),
  });
  await windlass.start('--port-offset', String(OFFSET));
  address = await windlass.address('edge');
}, 90_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([tcp.close(), ...peers.map((peer) => peer.close())]);
});

const conditionOf = async (route: string, type: string) =>
  (await windlass.status('UDPRoute', route))?.parents?.[0]?.conditions.find((each) => each.type === type);

describe('a UDPRoute', () => {
  it('gets the datagrams of its port, and TCP has a port of the same number', async () => {
    expect(await whoByUdp(at(5300))).toBe('a');
    expect(await who(at(5300))).toBe('tcp');
  });

  it('shares sessions by weight, and a session stays where it is', async () => {
    const { a = 0, b = 0, ...others } = await tally(at(5301), 300, whoByUdp);
    expect(others).toEqual({});
    expect(a).toBeGreaterThan(170);
    expect(b).toBeGreaterThan(55);
    const client = new UdpClient(at(5301));
    const first = await client.ask('1');
    for (const text of ['2', '3', '4', '5', '6']) expect(await client.ask(text)).toBe(first);
    client.close();
  });

  it('drops where no route is served, and where the backend does not exist or is not of UDP', async () => {
    expect(await whoByUdp(at(5302))).toBe('dropped');
    expect(await whoByUdp(at(5303))).toBe('dropped');
    expect(await conditionOf('to-tcp', 'ResolvedRefs')).toMatchObject({ reason: 'UnsupportedProtocol' });
  });

  it('drops the share of a backend that does not exist', async () => {
    const { a = 0, dropped = 0 } = await tally(at(5304), 100, whoByUdp);
    expect(Math.min(a, dropped)).toBeGreaterThan(25);
  });

  it('that is the oldest of several is served, and all are accepted', async () => {
    expect(await tally(at(5305), 20, whoByUdp)).toEqual({ a: 20 });
    expect(await conditionOf('newer', 'Accepted')).toMatchObject({ status: 'True' });
    const gateway = await windlass.status('Gateway', 'edge');
    expect(gateway?.listeners?.find(({ name }) => name === 'several')?.attachedRoutes).toBe(2);
  });

  it('is not allowed on a listener of TCP', async () => {
    expect(await conditionOf('on-tcp', 'Accepted')).toMatchObject({ reason: 'NotAllowedByListeners' });
  });

  it('reaches another namespace as long as a grant allows it', async () => {
    expect(await whoByUdp(at(5306))).toBe('c');
    windlass.write('grant.yaml', '');
    await until('datagrams to be dropped', async () =>
      (await whoByUdp(at(5306))) === 'dropped' ? true : undefined,
    );
    expect(await conditionOf('far', 'ResolvedRefs')).toMatchObject({ reason: 'RefNotPermitted' });
  });
});

describe('under sessions that go on', () => {
  it('weights and further backends change, and each session stays with its endpoint', async () => {
    const clients = Array.from({ length: 10 }, () => new UdpClient(at(5307)));
    const all = (): Promise<readonly string[]> => Promise.all(clients.map((client) => client.ask('hello')));
    const write = (backends: Readonly<Record<string, number>>): void =>
      windlass.write('live.yaml', documents(l4Route('UDPRoute', 'live', backends, { section: 'live' })));
    const stayed = clients.map(() => 'a');
    expect(await all()).toEqual(stayed);
    for (const [backends, expected] of [
      [{ a: 1, b: 99 }, 'b'],
      [{ a: 0, c: 1 }, 'c'],
      [{ a: 0, b: 1 }, 'b'],
    ] as const) {
      write(backends);
      await until(`new sessions to go to ${expected}`, async () => {
        const counts = await tally(at(5307), 20, whoByUdp);
        return (counts[expected] ?? 0) >= 15 ? true : undefined;
      });
      expect(await all()).toEqual(stayed);
    }
    for (const client of clients) client.close();
  });
});
