import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, tlsSecret } from '../harness/yaml.js';
import { backend, gatewayWith, l4Route } from './objects.js';
import { OFFSET, startPeer, who, type Peer } from './peers.js';

// Machines are busy.
jest.setTimeout(60_000);

// Listeners that a TLSRoute cannot attach to, routes that a TLS listener does not take, and grants that are for others.

const PASS = 'tls: { mode: Passthrough }';
const END = 'tls: { mode: Terminate, certificateRefs: [{ name: gw }] }';
const ODD_KINDS = 'allowedRoutes: { kinds: [{ kind: TCPRoute }, { kind: TLSRoute }] }';

interface Meeting {
  readonly listener: string;
  readonly route: readonly string[];
  readonly served: readonly string[];
  readonly refused: readonly string[];
}

/** Hostnames of a listener and of its route, by port, and the server names that are served or not. */
const MEETINGS: Readonly<Record<number, Meeting>> = {
  9443: {
    listener: 'exact.test',
    route: ['exact.test', 'other.test'],
    served: ['exact.test', 'EXACT.test'],
    refused: ['other.test', 'a.exact.test', ''],
  },
  9444: {
    listener: 'very.specific.test',
    route: ['*.specific.test', 'elsewhere.test'],
    served: ['very.specific.test'],
    refused: ['less.specific.test', 'specific.test', 'elsewhere.test'],
  },
  9445: {
    listener: '*.wild.test',
    route: ['a.wild.test', 'x.y.wild.test', 'wild.test', 'b.test'],
    served: ['a.wild.test', 'x.y.wild.test'],
    refused: ['c.wild.test', 'y.wild.test', 'wild.test', 'b.test'],
  },
  9446: {
    listener: '*.wide.test',
    route: ['*.narrow.wide.test'],
    served: ['a.narrow.wide.test'],
    refused: ['narrow.wide.test', 'a.wide.test'],
  },
  9447: {
    listener: '',
    route: ['*.any.test', 'any.test'],
    served: ['any.test', 'a.any.test', 'a.b.any.test'],
    refused: ['notany.test', 'other.test', ''],
  },
};

let windlass: Standalone;
let address: string;
let peer: Peer;

const at = (sni: string) => ({ address, port: 8443 + OFFSET, sni });

const grant = (namespace: string, kind: string, from: string, to: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: ${namespace} }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: ${from} }], to: [${to}] }
`;

beforeAll(async () => {
  const pair = await (await createAuthority()).issue('backend.test', 'ecdsa');
  peer = await startPeer('a', pair);
  const route = (name: string, section: string, to = 'a'): string =>
    l4Route('TLSRoute', name, { [to]: 1 }, { section, hostnames: [`${name}.test`] });
  windlass = new Standalone({
    'all.yaml': documents(
      gatewayWith(
        'edge',
        `{ name: pass, port: 8443, protocol: TLS, ${PASS} }`,
        `{ name: pass-kinds, port: 8444, protocol: TLS, ${PASS}, ${ODD_KINDS} }`,
        `{ name: end-kinds, port: 8445, protocol: TLS, ${END}, ${ODD_KINDS} }`,
        `{ name: others, port: 8446, protocol: TLS, ${PASS}, allowedRoutes: { kinds: [{ kind: TCPRoute }] } }`,
        ...Object.entries(MEETINGS).map(
          ([port, { listener: hostname }]) =>
            `{ name: meets-${port}, port: ${port}, protocol: TLS, ${PASS}${hostname === '' ? '' : `, hostname: "${hostname}"`} }`,
        ),
        '{ name: http, port: 8080, protocol: HTTP }',
        '{ name: https, port: 8447, protocol: HTTPS, tls: { certificateRefs: [{ name: gw }] } }',
      ),
      tlsSecret('gw', pair.certificate, pair.key),
      backend('a', [peer.port]),
      backend('a', [peer.port], { namespace: 'far' }),
      ...Object.entries(MEETINGS).map(([port, { route: hostnames }]) =>
        l4Route('TLSRoute', `meets-${port}`, { a: 1 }, { section: `meets-${port}`, hostnames }),
      ),
      route('plain', 'pass'),
      route('far', 'pass', 'far/a'),
      route('on-http', 'http'),
      route('on-https', 'https'),
      route('on-others', 'others'),
      route('nowhere', 'nowhere'),
      `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec: { parentRefs: [{ name: edge, sectionName: pass }], rules: [{ backendRefs: [{ name: a, port: 80 }] }] }
`,
    ),
    'grant.yaml': '',
  });
  await windlass.start('--port-offset', String(OFFSET));
  address = await windlass.address('edge');
}, 90_000);

afterAll(async () => {
  await windlass.dispose();
  await peer.close();
});

async function said(kind: string, name: string, type: string): Promise<string> {
  const found = (await windlass.status(kind, name))?.parents?.[0]?.conditions.find(
    (each) => each.type === type,
  );
  return `${found?.status ?? ''} ${found?.reason ?? ''}`;
}

async function listener(name: string) {
  return (await windlass.status('Gateway', 'edge'))?.listeners?.find((each) => each.name === name);
}

describe('a TLSRoute', () => {
  it.each([
    ['on-http', 'NotAllowedByListeners'],
    ['on-https', 'NotAllowedByListeners'],
    ['on-others', 'NotAllowedByListeners'],
    ['nowhere', 'NoMatchingParent'],
  ])('%s is not accepted: %s', async (name, reason) => {
    expect(await said('TLSRoute', name, 'Accepted')).toBe(`False ${reason}`);
    for (const each of ['http', 'https', 'others']) expect((await listener(each))?.attachedRoutes).toBe(0);
    expect(await who(at(`${name}.test`))).toBe('refused');
  });

  it.each(Object.keys(MEETINGS).map(Number))(
    'gets what its hostnames and its listener have in common: %d',
    async (port) => {
      const meeting = MEETINGS[port];
      const to = (sni: string) => who({ address, port: port + OFFSET, sni });
      expect(await said('TLSRoute', `meets-${port}`, 'Accepted')).toBe('True Accepted');
      for (const sni of meeting?.served ?? []) expect([sni, await to(sni)]).toEqual([sni, 'a']);
      for (const sni of meeting?.refused ?? []) expect([sni, await to(sni)]).toEqual([sni, 'refused']);
    },
  );

  it('to another namespace is reset without a grant, and with one that is for others', async () => {
    const services = '{ group: "", kind: Service }';
    const shows = async (wanted: string, answer: string): Promise<void> => {
      await until(wanted, async () =>
        (await said('TLSRoute', 'far', 'ResolvedRefs')) === wanted ? true : undefined,
      );
      await until(answer, async () => ((await who(at('far.test'))) === answer ? true : undefined));
      expect(await who(at('plain.test'))).toBe('a');
    };
    await shows('False RefNotPermitted', 'refused');
    for (const other of [
      grant('far', 'TCPRoute', 'default', services),
      grant('far', 'TLSRoute', 'elsewhere', services),
      grant('far', 'TLSRoute', 'default', '{ group: "", kind: Secret }'),
      grant('far', 'TLSRoute', 'default', '{ group: "", kind: Service, name: another }'),
      grant('default', 'TLSRoute', 'default', services),
    ]) {
      windlass.write('grant.yaml', documents(grant('far', 'TLSRoute', 'default', services)));
      await shows('True ResolvedRefs', 'a');
      windlass.write('grant.yaml', documents(other));
      await shows('False RefNotPermitted', 'refused');
    }
    expect(await said('TLSRoute', 'far', 'Accepted')).toBe('True Accepted');
  });
});

describe('a listener of TLS', () => {
  it.each([
    ['pass-kinds', ['TLSRoute']],
    ['end-kinds', ['TLSRoute']],
    ['others', []],
  ])('that asks for kinds that it cannot take says so: %s takes %j', async (name, kinds) => {
    const status = await listener(name);
    expect(status?.supportedKinds.map(({ kind }) => kind)).toEqual(kinds);
    expect(status?.conditions.find(({ type }) => type === 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'InvalidRouteKinds',
    });
  });

  it('does not allow an HTTPRoute, which gets nothing', async () => {
    expect(await said('HTTPRoute', 'web', 'Accepted')).toBe('False NotAllowedByListeners');
    expect((await listener('pass'))?.attachedRoutes).toBe(2);
    expect(await who(at('web.test'))).toBe('refused');
  });
});
