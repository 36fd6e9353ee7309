import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { gatewayOf, grant, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, word, type Site } from '../harness/site.js';
import { until } from '../harness/until.js';
import type { Status } from '../harness/windlass.js';
import { tlsSecret } from '../harness/yaml.js';

// What GatewayInvalidRouteKind, -InvalidTLSConfiguration, -ListenerUnsupportedProtocol, -ModifyListeners, -NameMaximumLength, -ObservedGenerationBump,
// -SecretInvalidReferenceGrant, -SecretMissingReferenceGrant, -SecretReferenceGrantAllInNamespace, -SecretReferenceGrantSpecific,
// -WithAttachedRoutes, -InvalidParametersRef, GatewayClassObservedGenerationBump and HTTPRouteObservedGenerationBump of the conformance suite
// ask for: statuses, and beside each the traffic that it stands for.

const LONG = `${'n'.repeat(62)}.`.repeat(4).slice(0, 252) + 'n';

const http = (name: string, port: number, more = ''): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTP${more} }`;
const https = (name: string, port: number, ref: string): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTPS, tls: { certificateRefs: [${ref}] } }`;
const kinds = (list: string): string => `, allowedRoutes: { kinds: [${list}] }`;

const FROM = '{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }';
const SECRETS = '{ group: "", kind: Secret }';
/** By namespace, which has a Secret `tls`. */
const GRANTS: Readonly<Record<string, { readonly yaml: string; readonly good: boolean }>> = {
  all: { yaml: grant('g', 'all', FROM, SECRETS), good: true },
  specific: { yaml: grant('g', 'specific', FROM, '{ group: "", kind: Secret, name: tls }'), good: true },
  'other-group': { yaml: grant('g', 'other-group', FROM.replace('gateway.networking.k8s.io', 'example.com'), SECRETS), good: false },
  'other-kind': { yaml: grant('g', 'other-kind', FROM.replace('Gateway', 'ListenerSet'), SECRETS), good: false },
  'other-namespace': { yaml: grant('g', 'other-namespace', FROM.replace('default', 'other'), SECRETS), good: false },
  'to-group': { yaml: grant('g', 'to-group', FROM, '{ group: example.com, kind: Secret }'), good: false },
  'to-kind': { yaml: grant('g', 'to-kind', FROM, '{ group: "", kind: Service }'), good: false },
  'to-name': { yaml: grant('g', 'to-name', FROM, '{ group: "", kind: Secret, name: other }'), good: false },
  none: { yaml: '', good: false },
}; // prettier-ignore
const SECRET_PORT = 9000;

const bumped = (more = ''): string =>
  gatewayOf('bumped', [http('http', 8080), ...(more === '' ? [] : [more])]);
const bumpedRoute = (backend: string): string =>
  httpRoute('bumped', { parents: ['{ name: bumped }'] }, rule([prefix('/')], backend));
const gatewayClass = (description: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: second }
spec: { controllerName: windlass.io/gateway-controller, description: ${description} }
`;

let site: Site;

beforeAll(async () => {
  const { certificate, key } = await (await createAuthority()).issue('a.test', 'ecdsa');
  const tls = (namespace: string): string =>
    tlsSecret('tls', certificate, key).replace('{ name: tls }', `{ name: tls, namespace: ${namespace} }`);
  site = await openSite({
    backends: ['one', 'two'],
    gateways: ['mixed', 'attached', 'secrets', 'certificates', LONG],
    objects: [
      gatewayOf('mixed', [
        http('good', 8080),
        '{ name: odd, port: 8081, protocol: example.com/odd }',
        http('no-kind', 8082, kinds('{ kind: InvalidRoute }')),
        http('some-kinds', 8083, kinds('{ kind: InvalidRoute }, { kind: HTTPRoute }')),
        http('other-group', 8084, kinds('{ group: example.com, kind: HTTPRoute }')),
      ]),
      gatewayOf('odd', ['{ name: odd, port: 8081, protocol: example.com/odd }']),
      gatewayOf('parameters', [http('http', 8080)], '  infrastructure: { parametersRef: { group: example.com, kind: Odd, name: none } }'),
      httpRoute('mixed', { parents: ['{ name: mixed }'] }, rule([prefix('/')], 'one')),
      tls('default'),
      tlsSecret('malformed', 'Hello world', 'Hello world'),
      gatewayOf('certificates', [
        http('plain', 8080),
        https('missing', 8443, '{ name: none }'),
        https('group', 8444, '{ group: wrong.example.com, kind: Secret, name: tls }'),
        https('kind', 8445, '{ group: "", kind: WrongKind, name: tls }'),
        https('malformed', 8446, '{ name: malformed }'),
      ]),
      httpRoute('of-certificates', { parents: ['{ name: certificates }'] }, rule([prefix('/')], 'one')),
      ...Object.entries(GRANTS).flatMap(([namespace, { yaml }]) => [tls(namespace), ...(yaml === '' ? [] : [yaml])]),
      gatewayOf('secrets', [
        ...Object.keys(GRANTS).map((namespace, i) => https(namespace, SECRET_PORT + i, `{ name: tls, namespace: ${namespace} }`)),
        https('nonexistent', SECRET_PORT + 50, '{ name: nonexistent, namespace: none }'),
      ]),
      httpRoute('of-secrets', { parents: ['{ name: secrets }'] }, rule([prefix('/')], 'one')),
      gatewayOf('attached', [
        http('one', 8080, ', hostname: a.test'),
        http('two', 8081, ', allowedRoutes: { namespaces: { from: All } }'),
        https('unresolved', 8443, '{ name: none }'),
      ]),
      httpRoute('attached-1', { hostnames: ['a.test'], parents: ['{ name: attached, sectionName: one }', '{ name: attached, sectionName: two }'] }, rule([prefix('/')], 'one')),
      httpRoute('attached-2', { namespace: 'far', parents: ['{ name: attached, namespace: default, sectionName: two }'] }, rule([prefix('/x')], 'one')),
      httpRoute('attached-3', { hostnames: ['b.test'], parents: ['{ name: attached, sectionName: one }'] }, rule([prefix('/')], 'one')),
      httpRoute('attached-4', { parents: ['{ name: attached, sectionName: unresolved }'] }, rule([prefix('/')], 'nobody')),
      gatewayOf(LONG, [http('http', 8080)]),
      httpRoute('of-long', { parents: [`{ name: ${LONG} }`] }, rule([prefix('/')], 'two')),
    ], // prettier-ignore
  });
}, 120_000);

afterAll(async () => {
  await site.close();
}, 60_000);

type Listener = NonNullable<Status['status']['listeners']>[number];

async function gatewayStatus(name: string): Promise<Status['status']> {
  return (await site.windlass.status('Gateway', name)) ?? {};
}

async function listener(gateway: string, name: string): Promise<Listener> {
  const found = (await gatewayStatus(gateway)).listeners?.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${gateway} has no listener ${name}`);
  return found;
}

const of = (type: string, { conditions = [] }: Pick<Status['status'], 'conditions'>): string | undefined =>
  word(conditions.find((each) => each.type === type));

describe('a listener', () => {
  it('of an unknown protocol is refused, has no kinds, and leaves the Gateway and its other listeners as they are', async () => {
    const odd = await listener('mixed', 'odd');
    expect([of('Accepted', odd), odd.supportedKinds]).toEqual(['False UnsupportedProtocol', []]);
    const status = await gatewayStatus('mixed');
    expect([of('Accepted', status), of('Programmed', status)]).toEqual([
      'True ListenersNotValid',
      'True Programmed',
    ]);
    expect(await site.meets({ gateway: 'mixed' })).toBe('one');
  });

  it('of an unknown protocol alone refuses the Gateway', async () => {
    expect(of('Accepted', await gatewayStatus('odd'))).toBe('False ListenersNotValid');
  });

  it.each([
    ['no-kind', []],
    ['some-kinds', ['HTTPRoute']],
    ['other-group', []],
  ])('that asks for kinds nobody knows says so, and takes the others (%s): %j', async (name, expected) => {
    const { supportedKinds, ...status } = await listener('mixed', name);
    expect(of('ResolvedRefs', status)).toBe('False InvalidRouteKinds');
    expect(supportedKinds.map(({ kind }) => kind)).toEqual(expected);
  });

  it.each(['missing', 'group', 'kind', 'malformed'])(
    'whose certificate is wrong is not served, and takes routes all the same: %s',
    async (name) => {
      const status = await listener('certificates', name);
      expect(of('ResolvedRefs', status)).toBe('False InvalidCertificateRef');
      expect(of('Programmed', status)).toMatch(/^False /);
      expect(status.supportedKinds.map(({ kind }) => kind)).toContain('HTTPRoute');
      expect(status.attachedRoutes).toBe(1);
      const port = 8443 + ['missing', 'group', 'kind', 'malformed'].indexOf(name);
      await expect(site.get({ gateway: 'certificates', port, host: 'a.test', sni: 'a.test' })).rejects.toThrow();
      expect(await site.meets({ gateway: 'certificates' })).toBe('one');
    },
  ); // prettier-ignore

  it.each(Object.entries(GRANTS).map(([name, { good }], i) => [name, good, SECRET_PORT + i] as const))(
    'has a certificate of another namespace by a grant that gives it, and by no other (%s: %s)',
    async (name, good, port) => {
      const status = await listener('secrets', name);
      const request = site.meets({ gateway: 'secrets', port, host: 'a.test', sni: 'a.test' });
      if (good) {
        expect(of('ResolvedRefs', status)).toBe('True ResolvedRefs');
        expect(of('Programmed', status)).toBe('True Programmed');
        expect(await request).toBe('one');
      } else {
        expect(of('ResolvedRefs', status)).toBe('False RefNotPermitted');
        await expect(request).rejects.toThrow();
      }
    },
  );

  it('is told of a missing grant before it is told that there is no such Secret', async () => {
    expect(of('ResolvedRefs', await listener('secrets', 'nonexistent'))).toBe('False RefNotPermitted');
  });

  it('counts the routes that it accepts, its own state and that of their backends aside', async () => {
    const { listeners = [] } = await gatewayStatus('attached');
    expect(listeners.map(({ name, attachedRoutes }) => [name, attachedRoutes])).toEqual([
      ['one', 1],
      ['two', 2],
      ['unresolved', 1],
    ]);
    expect(await site.said('HTTPRoute', 'attached-3', 'Accepted')).toBe('False NoMatchingListenerHostname');
    expect(await site.said('HTTPRoute', 'attached-4', 'Accepted')).toBe('True Accepted');
    expect(await site.said('HTTPRoute', 'attached-4', 'ResolvedRefs')).toBe('False BackendNotFound');
  });
});

describe('a Gateway', () => {
  it('with parameters of a kind nobody knows is refused', async () => {
    expect(of('Accepted', await gatewayStatus('parameters'))).toBe('False InvalidParameters');
  });

  it('with a name of 253 characters is served like any other', async () => {
    const status = await gatewayStatus(LONG);
    expect(LONG).toHaveLength(253);
    expect(of('Programmed', status)).toBe('True Programmed');
    expect(await site.meets({ gateway: LONG })).toBe('two');
  });
});

describe('an edit', () => {
  const generations = ({ conditions = [], listeners = [], parents = [] }: Status['status']): Set<unknown> =>
    new Set(
      [{ conditions }, ...listeners, ...parents].flatMap((each) =>
        each.conditions.map(({ observedGeneration }) => observedGeneration),
      ),
    );

  it('of a Gateway, a route or a class is observed by every condition of it', async () => {
    const { windlass } = site;
    windlass.write('bumped.yaml', bumped());
    windlass.write('bumped-route.yaml', bumpedRoute('one'));
    windlass.write('class.yaml', gatewayClass('first'));
    const address = await windlass.address('bumped');
    const statuses = async (): Promise<readonly unknown[]> =>
      Promise.all(
        (
          [
            ['Gateway', 'bumped'],
            ['HTTPRoute', 'bumped'],
            ['GatewayClass', 'second'],
          ] as const
        ).map(async ([kind, name]) => [...generations((await windlass.status(kind, name)) ?? {})]),
      );
    await until('the first', async () => {
      expect(await statuses()).toEqual([[1], [1], [1]]);
      return true;
    });
    windlass.write('bumped.yaml', bumped(http('more', 8081)));
    windlass.write('bumped-route.yaml', bumpedRoute('two'));
    windlass.write('class.yaml', gatewayClass('second'));
    await until('the second', async () => {
      expect(await statuses()).toEqual([[2], [2], [2]]);
      return true;
    });
    const status = await gatewayStatus('bumped');
    expect(status.listeners?.map(({ name }) => name)).toEqual(['http', 'more']);
    for (const port of [8080, 8081]) {
      await until(`the new backend behind port ${port}`, async () =>
        (await site.meets({ gateway: 'bumped', address, port })) === 'two' ? true : undefined,
      );
    }
  }, 30_000);
});
