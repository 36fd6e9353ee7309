import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents } from '../harness/yaml.js';
import { listenerSet, openGateway } from '../listener-sets/objects.js';
import { backend, gatewayWith, l4Route } from './objects.js';
import { OFFSET, startPeer, startUdpPeer, who, whoByUdp, type Peer, type UdpPeer } from './peers.js';

// Machines are busy.
jest.setTimeout(60_000);

// Which listeners a TCPRoute or UDPRoute attaches to, and what it says of those that it does not and of backends that are none: ParentReference, BackendObjectReference
// and ReferenceGrant of the API.

type Kind = 'TCPRoute' | 'UDPRoute';
const KINDS = ['TCPRoute', 'UDPRoute'] as const;
const PORTS = [9410, 9411, 9412] as const;

let windlass: Standalone;
let peer: Peer;
let udpPeer: UdpPeer;

const lower = (kind: Kind) => (kind === 'TCPRoute' ? 'tcp' : 'udp');
const protocolOf = (kind: Kind) => (kind === 'TCPRoute' ? 'TCP' : 'UDP');

const listeners = KINDS.flatMap((kind) =>
  PORTS.map((port) => `{ name: ${lower(kind)}-${port}, port: ${port}, protocol: ${protocolOf(kind)} }`),
);

/** A Gateway with three listeners of TCP and of UDP, `tcp-9410`… */
const gateway = (name: string, ...more: readonly string[]): string =>
  gatewayWith(name, ...listeners, ...more);

function routes(kind: Kind): readonly string[] {
  const name = (what: string): string => `${lower(kind)}-${what}`;
  const to = { [lower(kind)]: 1 };
  const at = (parents: string) => ({ parents });
  return [
    l4Route(kind, name('all'), to, at('[{ name: every }]')),
    l4Route(kind, name('section'), to, at(`[{ name: parts, sectionName: ${name('9410')} }]`)),
    l4Route(kind, name('both'), to, at(`[{ name: parts, sectionName: ${name('9411')}, port: 9411 }]`)),
    l4Route(kind, name('differ'), to, at(`[{ name: parts, sectionName: ${name('9412')}, port: 9411 }]`)),
    l4Route(kind, name('no-port'), to, at('[{ name: parts, port: 99 }]')),
    l4Route(kind, name('no-section'), to, at('[{ name: parts, sectionName: nowhere }]')),
    l4Route(kind, name('set'), to, at(`[{ kind: ListenerSet, name: extra, sectionName: ${name('9411')} }]`)),
    l4Route(kind, name('port'), to, at('[{ name: ports, port: 9410 }]')),
    l4Route(kind, name('http'), to, at('[{ name: every, sectionName: http }]')),
    l4Route(kind, name('tls'), to, at('[{ name: every, sectionName: tls }]')),
    l4Route(kind, name('missing'), { none: 1 }, at(`[{ name: bad, sectionName: ${name('9410')} }]`)),
    l4Route(
      kind,
      name('far'),
      { [`far/${lower(kind)}`]: 1 },
      at(`[{ name: bad, sectionName: ${name('9411')} }]`),
    ),
  ];
}

/** A grant in a namespace. @param to YAML flow mapping of what it gives */
const grant = (namespace: string, kind: string, from: string, to: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: ${namespace} }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: ${from} }], to: [${to}] }
`;
const SERVICES = '{ group: "", kind: Service }';

beforeAll(async () => {
  peer = await startPeer('tcp');
  udpPeer = await startUdpPeer('udp');
  const services = [undefined, 'far'].flatMap((namespace) => [
    backend('tcp', [peer.port], { ...(namespace !== undefined && { namespace }) }),
    backend('udp', [udpPeer.port], { protocol: 'UDP', ...(namespace !== undefined && { namespace }) }),
  ]);
  windlass = new Standalone({
    'all.yaml': documents(
      gateway(
        'every',
        '{ name: http, port: 8080, protocol: HTTP }',
        '{ name: tls, port: 8443, protocol: TLS, tls: { mode: Passthrough } }',
      ),
      gateway('parts'),
      gateway('ports'),
      gateway('bad'),
      openGateway('sets', '{ from: Same }', '{ name: web, port: 8080, protocol: HTTP }'),
      listenerSet('default/extra', 'sets', '01', ...listeners),
      ...KINDS.flatMap(routes),
      ...services,
    ),
    'grant.yaml': '',
  });
  await windlass.start('--port-offset', String(OFFSET));
}, 90_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([peer.close(), udpPeer.close()]);
});

describe.each(KINDS)('a %s', (kind) => {
  /** Who answers at each of the ports of a Gateway. */
  const answers = async (gatewayName: string): Promise<readonly string[]> => {
    const address = await windlass.address(gatewayName);
    const ask = kind === 'TCPRoute' ? who : whoByUdp;
    return await Promise.all(PORTS.map((port) => ask({ address, port: port + OFFSET })));
  };
  const own = lower(kind);
  const none = kind === 'TCPRoute' ? 'refused' : 'dropped';

  const said = async (name: string, type: string): Promise<string> => {
    const parents = (await windlass.status(kind, `${own}-${name}`))?.parents ?? [];
    expect(parents).toHaveLength(1);
    const found = parents[0]?.conditions.find((each) => each.type === type);
    return `${found?.status ?? ''} ${found?.reason ?? ''}`;
  };
  /** Of the listeners that have any. */
  const attached = async (gatewayName: string): Promise<Readonly<Record<string, number>>> => {
    const listeners = (await windlass.status('Gateway', gatewayName))?.listeners ?? [];
    const counts = listeners.map((each) => [each.name, each.attachedRoutes] as const);
    return Object.fromEntries(counts.filter(([name, count]) => name.startsWith(own) && count > 0));
  };

  it('without section and port gets every listener of its protocol, and no other', async () => {
    expect(await answers('every')).toEqual([own, own, own]);
    expect(await attached('every')).toEqual({ [`${own}-9410`]: 1, [`${own}-9411`]: 1, [`${own}-9412`]: 1 });
    expect(await said('all', 'Accepted')).toBe('True Accepted');
  });

  it('with section, port or both gets the listeners that are both, and no other', async () => {
    expect(await answers('parts')).toEqual([own, own, none]);
    expect(await attached('parts')).toEqual({ [`${own}-9410`]: 1, [`${own}-9411`]: 1 });
    expect(await answers('ports')).toEqual([own, none, none]);
    for (const name of ['section', 'both', 'port'])
      expect(await said(name, 'Accepted')).toBe('True Accepted');
  });

  it.each(['differ', 'no-port', 'no-section'])('has no matching parent: %s', async (name) => {
    expect(await said(name, 'Accepted')).toBe('False NoMatchingParent');
  });

  it('attaches to listeners of a ListenerSet as to those of a Gateway', async () => {
    expect(await said('set', 'Accepted')).toBe('True Accepted');
    expect(await answers('sets')).toEqual([none, own, none]);
    const ofSet = (await windlass.status('ListenerSet', 'extra'))?.listeners ?? [];
    expect(ofSet.find(({ name }) => name === `${own}-9411`)?.attachedRoutes).toBe(1);
    expect(await attached('sets')).toEqual({});
  });

  it.each(['http', 'tls'])('is not allowed by a listener of another protocol: %s', async (name) => {
    expect(await said(name, 'Accepted')).toBe('False NotAllowedByListeners');
    const listeners = (await windlass.status('Gateway', 'every'))?.listeners ?? [];
    expect(listeners.find((each) => each.name === name)?.attachedRoutes).toBe(0);
  });

  it('to a Service that does not exist is accepted, says so, and serves nobody', async () => {
    expect(await said('missing', 'Accepted')).toBe('True Accepted');
    expect(await said('missing', 'ResolvedRefs')).toBe('False BackendNotFound');
    expect((await answers('bad'))[0]).toBe(none);
  });

  it('to another namespace serves nobody without a grant, nor with one that is for others', async () => {
    const shows = async (wanted: string, answer: string): Promise<void> => {
      await until(wanted, async () => ((await said('far', 'ResolvedRefs')) === wanted ? true : undefined));
      await until(answer, async () => ((await answers('bad'))[1] === answer ? true : undefined));
    };
    await shows('False RefNotPermitted', none);
    for (const other of [
      grant('far', 'HTTPRoute', 'default', SERVICES),
      grant('far', kind, 'elsewhere', SERVICES),
      grant('far', kind, 'default', '{ group: "", kind: Secret }'),
      grant('far', kind, 'default', '{ group: "", kind: Service, name: another }'),
      grant('default', kind, 'default', SERVICES),
    ]) {
      windlass.write('grant.yaml', documents(grant('far', kind, 'default', SERVICES)));
      await shows('True ResolvedRefs', own);
      windlass.write('grant.yaml', documents(other));
      await shows('False RefNotPermitted', none);
    }
    expect(await said('far', 'Accepted')).toBe('True Accepted');
  });
});
