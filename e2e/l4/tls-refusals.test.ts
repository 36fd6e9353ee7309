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
        '{ name: http, port: 8080, protocol: HTTP }',
        '{ name: https, port: 8447, protocol: HTTPS, tls: { certificateRefs: [{ name: gw }] } }',
      ),
      tlsSecret('gw', pair.certificate, pair.key),
      backend('a', [peer.port]),
      backend('a', [peer.port], { namespace: 'far' }),
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
