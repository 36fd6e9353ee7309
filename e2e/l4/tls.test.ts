import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createAuthority, type Authority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service, tlsSecret } from '../harness/yaml.js';
import { caConfigMap, policy } from '../backend-tls/objects.js';
import { backend, gatewayWith, grant, l4Route } from './objects.js';
import { OFFSET, open, startPeer, tally, who, type Peer } from './peers.js';

// Machines are busy.
jest.setTimeout(60_000);

// TLSRoute, and what TLSRouteSimpleSameNamespace, -HostnameIntersection, -InvalidBackendRefNonexistent, -InvalidBackendRefUnknownKind,
// -InvalidReferenceGrant, -InvalidNoMatchingListener(Hostname), -ListenerPassthroughSupportedKinds, -ListenerTerminateSupportedKinds,
// -TerminateSimpleSameNamespace, -MixedTerminationSameNamespace, -MultipleRoutesAttachmentSameHostnameIntersection and
// BackendTLSPolicyTLSRouteTerminate of the conformance suite ask for.

let windlass: Standalone;
let address: string;
let ca: Authority;
let peers: readonly Peer[] = [];
let web: Backend;

const at = (port: number, sni: string) => ({ address, port: port + OFFSET, sni });
const TLS = (name: string, port: number, hostname: string, more: string): string =>
  `{ name: ${name}, port: ${port}, protocol: TLS${hostname === '' ? '' : `, hostname: "${hostname}"`}, ${more} }`;
const PASS = 'tls: { mode: Passthrough }';
const END = 'tls: { mode: Terminate, certificateRefs: [{ name: gw }] }';

const LISTENERS = [
  `{ name: https, port: 8443, protocol: HTTPS, hostname: https.test, tls: { certificateRefs: [{ name: gw }] } }`,
  TLS('pass', 8443, '*.pass.test', PASS),
  TLS('own', 8443, 'own.pass.test', PASS),
  TLS('broken', 8443, 'broken.pass.test', 'tls: { mode: Terminate, certificateRefs: [{ name: none }] }'),
  TLS('end', 8443, 'end.test', END),
  TLS('secured', 8443, 'secured.test', END),
  TLS('invalid', 8443, 'invalid.test', END),
  TLS('both', 8443, 'both.test', END),
  TLS('any', 8444, '', PASS),
  TLS('abc', 8445, 'abc.example.com', PASS),
  TLS('wild', 8446, '*.example.com', PASS),
  TLS('kinds', 8447, '', `${PASS}, allowedRoutes: { kinds: [{ kind: TCPRoute }, { kind: TLSRoute }] }`),
  TLS('live', 8448, '', PASS),
  TLS('every', 8449, '', PASS),
];

function peer(name: string): Peer {
  const found = peers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

beforeAll(async () => {
  ca = await createAuthority();
  const gw = await ca.issue('gateway.test', 'ecdsa');
  const named = ['a', 'b', 'narrow', 'wide'];
  peers = await Promise.all([
    ...named.map(async (name) => startPeer(name, await ca.issue(`${name}.backend`, 'ecdsa'))),
    startPeer('plain'),
    ca.issue('secure.test', 'ecdsa').then((pair) => startPeer('secure', pair)),
    ca.issue('stranger.test', 'ecdsa').then((pair) => startPeer('stranger', pair)),
  ]);
  web = await startBackend('web');
  const route = (name: string, section: string, to: string, hostnames: readonly string[], created?: string) =>
    l4Route('TLSRoute', name, { [to]: 1 }, { section, hostnames, ...(created !== undefined && { created }) });
  windlass = new Standalone({
    'gateway.yaml': documents(gatewayWith('edge', ...LISTENERS), tlsSecret('gw', gw.certificate, gw.key)),
    'services.yaml': documents(
      ...peers.map(({ name, port }) => backend(name, [port])),
      backend('far', [peer('a').port], { namespace: 'far' }),
      service('web', web.port),
      caConfigMap('ca', ca.certificate),
      policy('secure', { hostname: 'secure.test' }),
      policy('stranger', { hostname: 'secure.test' }),
    ),
    'routes.yaml': documents(
      `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec: { parentRefs: [{ name: edge, sectionName: https }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }
`,
      route('pass', 'pass', 'a', ['*.pass.test']),
      route('exact', 'pass', 'b', ['exact.pass.test', 'x.own.test']),
      route('end', 'end', 'plain', ['end.test']),
      route('secured', 'secured', 'secure', ['secured.test']),
      route('invalid', 'invalid', 'stranger', ['invalid.test']),
      l4Route(
        'TLSRoute',
        'both',
        { secure: 1, plain: 1, stranger: 1 },
        { section: 'both', hostnames: ['both.test'] },
      ),
      route('any-exact', 'any', 'a', ['exact.test']),
      route('any-wild', 'any', 'b', ['*.wild.test']),
      route('missing', 'any', 'none', ['missing.test']),
      route('permitted', 'any', 'far/far', ['permitted.test']),
      l4Route('TLSRoute', 'kind', {}, { section: 'any', hostnames: ['kind.test'] }).replace(
        'backendRefs: []',
        'backendRefs: [{ kind: Strange, group: x.test, name: a, port: 80 }]',
      ),
      route('no-host', 'own', 'a', ['elsewhere.test']),
      route('on-https', 'https', 'a', ['https.test']),
      route('no-section', 'nowhere', 'a', ['https.test']),
      l4Route('TLSRoute', 'every', { a: 1 }, { section: 'every' }).replace('io/v1\n', 'io/v1alpha2\n'),
      route('abc-wide', 'abc', 'wide', ['*.example.com'], '2026-01-01T00:00:00Z'),
      route('abc-narrow', 'abc', 'narrow', ['abc.example.com'], '2026-01-02T00:00:00Z'),
      route('wild-wide', 'wild', 'wide', ['*.com'], '2026-01-01T00:00:00Z'),
      route('wild-narrow', 'wild', 'narrow', ['*.example.com'], '2026-01-02T00:00:00Z'),
    ),
    'live.yaml': documents(route('live', 'live', 'a', ['live.test'])),
    'more.yaml': '',
  });
  await windlass.start('--port-offset', String(OFFSET));
  address = await windlass.address('edge');
}, 90_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([web.close(), ...peers.map((each) => each.close())]);
});

const conditionOf = async (route: string, type: string) =>
  (await windlass.status('TLSRoute', route))?.parents?.[0]?.conditions.find((each) => each.type === type);

describe('a TLSRoute on a listener that hands TLS on', () => {
  it.each([
    ['a server name of its own', 8444, 'exact.test', 'a'],
    ['one that a wildcard covers', 8444, 'x.wild.test', 'b'],
    ['one with more labels than one before a wildcard', 8444, 'x.y.wild.test', 'b'],
    ['the bare domain of a wildcard', 8444, 'wild.test', 'refused'],
    ['one that nobody has', 8444, 'other.test', 'refused'],
    ['none', 8444, '', 'refused'],
    ['a backend that does not exist', 8444, 'missing.test', 'refused'],
    ['a backend of a kind that is none', 8444, 'kind.test', 'refused'],
    ['a backend that no grant allows', 8444, 'permitted.test', 'refused'],
  ])('%s', async (_what, port, sni, answer) => {
    expect(await who(at(port, sni))).toBe(answer);
  });

  it('says why it does not serve', async () => {
    expect(await conditionOf('missing', 'ResolvedRefs')).toMatchObject({ reason: 'BackendNotFound' });
    expect(await conditionOf('kind', 'ResolvedRefs')).toMatchObject({ reason: 'InvalidKind' });
    expect(await conditionOf('permitted', 'ResolvedRefs')).toMatchObject({ reason: 'RefNotPermitted' });
    expect(await conditionOf('no-host', 'Accepted')).toMatchObject({ reason: 'NoMatchingListenerHostname' });
    expect(await conditionOf('on-https', 'Accepted')).toMatchObject({ reason: 'NotAllowedByListeners' });
    expect(await conditionOf('no-section', 'Accepted')).toMatchObject({ reason: 'NoMatchingParent' });
  });

  it('leaves the certificate to the backend', async () => {
    const opened = await open(at(8444, 'exact.test'));
    expect(opened?.certificate).toBe('a.backend');
    opened?.close();
  });

  it('does not get what is no TLS', async () => {
    const answer = await ask({ address, port: 8449 + OFFSET, host: 'exact.test' }).catch(() => 'refused');
    expect(answer).toBe('refused');
  });

  it('without hostnames, as v1alpha2 may be, gets every server name and none', async () => {
    expect(await who(at(8449, 'whatever.test'))).toBe('a');
    expect(await who(at(8449, ''))).toBe('a');
  });

  it('reaches another namespace once a grant allows it', async () => {
    windlass.write('more.yaml', documents(grant('TLSRoute', 'far')));
    await until('it to be served', async () =>
      (await who(at(8444, 'permitted.test'))) === 'a' ? true : undefined,
    );
    windlass.write('more.yaml', '');
    await until('it to be refused', async () =>
      (await who(at(8444, 'permitted.test'))) === 'refused' ? true : undefined,
    );
  });

  it('with the narrower hostname of its own wins, whatever its age, where both meet the listener alike', async () => {
    expect(await who(at(8445, 'abc.example.com'))).toBe('narrow');
    expect(await who(at(8446, 'x.example.com'))).toBe('narrow');
  });
});

describe('one port', () => {
  it('hands on, ends TLS and serves HTTPS by server name', async () => {
    expect(
      (await ask({ address, port: 8443 + OFFSET, host: 'https.test', sni: 'https.test' })).echo?.backend,
    ).toBe('web');
    expect(await who(at(8443, 'x.pass.test'))).toBe('a');
    expect(await who(at(8443, 'exact.pass.test'))).toBe('b');
    const ended = await open(at(8443, 'end.test'));
    expect([ended?.peer, ended?.certificate]).toEqual(['plain', 'gateway.test']);
    expect(await ended?.say('hello')).toBe('hello');
    ended?.close();
    expect(await who(at(8443, 'other.test'))).toBe('refused');
  });

  it('lets no wider listener have what belongs to one without routes, or to one that is not served', async () => {
    expect(await who(at(8443, 'own.pass.test'))).toBe('refused');
    expect(await who(at(8443, 'broken.pass.test'))).toBe('refused');
  });

  it('tells the kinds that its listeners take, and refuses others', async () => {
    const gateway = await windlass.status('Gateway', 'edge');
    const listener = gateway?.listeners?.find(({ name }) => name === 'kinds');
    expect(listener).toMatchObject({ supportedKinds: [{ kind: 'TLSRoute' }] });
    expect(listener?.conditions.find(({ type }) => type === 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'InvalidRouteKinds',
    });
  });
});

describe('a BackendTLSPolicy behind a listener that ends TLS', () => {
  it('has TLS spoken to the backend, with the server name and verified by the name that it says', async () => {
    expect(await who(at(8443, 'secured.test'))).toBe('secure');
    expect(new Set(peer('secure').serverNames)).toEqual(new Set(['secure.test']));
  });

  it('that the backend does not meet lets nothing through', async () => {
    expect(await tally(at(8443, 'invalid.test'), 20)).toEqual({ refused: 20 });
  });

  it('is for its own backend among several', async () => {
    const { secure = 0, plain = 0, refused = 0 } = await tally(at(8443, 'both.test'), 120);
    expect(Math.min(secure, plain, refused)).toBeGreaterThan(15);
    expect(secure + plain + refused).toBe(120);
  });

  it('that appears, is broken and goes is in force from then on, and never is plain text sent meanwhile', async () => {
    const answers = new Set<string>();
    let isWritten = false;
    windlass.write('policy.yaml', documents(policy('plain', { hostname: 'secure.test' })));
    await until('the backend without TLS to be refused', async () => {
      const answer = await who(at(8443, 'end.test'));
      if (answer === 'refused') isWritten = true;
      if (isWritten) answers.add(answer);
      return isWritten ? true : undefined;
    });
    windlass.write('policy.yaml', documents(policy('plain', { ca: 'none' })));
    for (let i = 0; i < 50; i += 1) answers.add(await who(at(8443, 'end.test')));
    expect([...answers]).toEqual(['refused']);
    windlass.write('policy.yaml', '');
    await until('plain text', async () => ((await who(at(8443, 'end.test'))) === 'plain' ? true : undefined));
  });
});

describe('under connections that stay open', () => {
  it('weights, backends and other hostnames change, and none is closed', async () => {
    const connections = await Promise.all(Array.from({ length: 8 }, () => open(at(8448, 'live.test'))));
    const ended = await open(at(8443, 'end.test'));
    const write = (backends: Readonly<Record<string, number>>, ...others: readonly string[]): void =>
      windlass.write(
        'live.yaml',
        documents(
          l4Route('TLSRoute', 'live', backends, { section: 'live', hostnames: ['live.test', ...others] }),
        ),
      );
    const shows = async (name: string, sni = 'live.test') =>
      await until(`${name} alone to answer`, async () => {
        const counts = await tally(at(8448, sni), 20);
        return Object.keys(counts).join() === name ? true : undefined;
      });
    write({ a: 1, b: 0 });
    await shows('a');
    write({ b: 1 });
    await shows('b');
    write({ none: 1 });
    await shows('refused');
    // Another chain beside it.
    write({ b: 1 }, 'further.test');
    await shows('b', 'further.test');
    write({ b: 1 });
    await shows('refused', 'further.test');
    for (const connection of [...connections, ended]) {
      expect(connection?.isClosed()).toBe(false);
      expect(await connection?.say('still there')).toBe('still there');
      connection?.close();
    }
  });
});
