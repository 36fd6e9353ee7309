import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayOf, grant, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { until } from '../harness/until.js';
import { service } from '../harness/yaml.js';

// References across namespaces and to what is not there, and what HTTPRouteCrossNamespace, -InvalidBackendRefUnknownKind,
// -InvalidCrossNamespaceBackendRef, -InvalidCrossNamespaceParentRef, -InvalidNonExistentBackendRef, -InvalidReferenceGrant, -NoBackendRefs,
// -PartiallyInvalidViaInvalidReferenceGrant and -ReferenceGrant of the conformance suite ask for.

const FROM = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }';
const ALL = '{ group: "", kind: Service }';
const near = (name: string): string => `{ group: "", kind: Service, name: ${name} }`;

const refs = (path: string, ...backendRefs: readonly string[]): string =>
  `{ matches: [${prefix(path)}], backendRefs: [${backendRefs.join(', ')}] }`;
const far = (namespace: string, name = 'far', more = ''): string =>
  `{ name: ${name}, namespace: ${namespace}, port: 80${more} }`;
const ONE = '{ name: one, port: 80 }';

/** Each in a namespace of its own, which has a Service `far`. */
const NEAR_MISSES: Readonly<Record<string, string>> = {
  'of-another-route-kind': grant('g', 'of-another-route-kind', '{ group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: default }', ALL),
  'of-another-route-group': grant('g', 'of-another-route-group', '{ group: example.com, kind: HTTPRoute, namespace: default }', ALL),
  'of-another-namespace': grant('g', 'of-another-namespace', '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: other }', ALL),
  'to-another-kind': grant('g', 'to-another-kind', FROM, '{ group: "", kind: Secret }'),
  'to-another-group': grant('g', 'to-another-group', FROM, '{ group: example.com, kind: Service }'),
  'to-another-name': grant('g', 'to-another-name', FROM, near('other')),
  'without-any': '',
  // A grant stands where what it gives away stands.
  'in-the-wrong-namespace': grant('misplaced', 'default', FROM, ALL),
}; // prettier-ignore

const open = grant('open', 'granted', FROM, ALL);

let site: Site;

beforeAll(async () => {
  site = await openSite({
    backends: ['one', 'two'],
    objects: (port) => [
      gatewayOf('edge', [
        '{ name: own, port: 8080, protocol: HTTP }',
        '{ name: labelled, port: 8081, protocol: HTTP, allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: web } } } } }',
      ]),
      '{ apiVersion: v1, kind: Namespace, metadata: { name: web, labels: { team: web } } }',
      ...Object.keys(NEAR_MISSES).map((namespace) => service('far', port('one'), namespace)),
      ...Object.values(NEAR_MISSES).filter((each) => each !== ''),
      ...['granted', 'named', 'web'].map((namespace) => service('far', port('two'), namespace)),
      service('other', port('two'), 'named'),
      grant('named', 'named', FROM, near('far')),
      httpRoute(
        'near-misses',
        { hostnames: ['near.test'] },
        ...Object.keys(NEAR_MISSES).map((namespace) => refs(`/${namespace}`, far(namespace))),
      ),
      httpRoute('granted', { hostnames: ['granted.test'] }, refs('/', far('granted'))),
      httpRoute('partial', { hostnames: ['partial.test'] }, refs('/granted', far('named')), refs('/other', far('named', 'other')), refs('/half', far('named', 'far', ', weight: 1'), far('named', 'other', ', weight: 1'))),
      httpRoute('missing', { hostnames: ['missing.test'] }, refs('/missing', '{ name: nobody, port: 80 }'), refs('/port', '{ name: one, port: 81 }'), refs('/good', ONE)),
      httpRoute('unknown', { hostnames: ['unknown.test'] }, refs('/kind', '{ kind: NonExistent, name: one, port: 80 }'), refs('/group', '{ group: example.com, kind: Service, name: one, port: 80 }')),
      httpRoute('empty', { hostnames: ['empty.test'] }, `{ matches: [${prefix('/omitted')}] }`, refs('/empty')),
      httpRoute('web', { namespace: 'web', parents: ['{ name: edge, namespace: default, sectionName: labelled }'] }, rule([prefix('/')], 'far')),
      httpRoute('not-allowed', { namespace: 'web', hostnames: ['stranger.test'], parents: ['{ name: edge, namespace: default, sectionName: own }'] }, rule([prefix('/')], 'far')),
      httpRoute('not-labelled', { parents: ['{ name: edge, sectionName: labelled }'], hostnames: ['unlabelled.test'] }, rule([prefix('/')], 'one')),
    ], // prettier-ignore
  });
  site.windlass.write('grant.yaml', open);
  await until('the grant', async () =>
    (await site.meets({ host: 'granted.test' })) === 'two' ? true : undefined,
  );
}, 60_000);

afterAll(async () => {
  await site.close();
}, 60_000);

const meets = (host: string, path = '/'): Promise<string> => site.meets({ host, path });

describe('a backend in another namespace', () => {
  it.each(Object.keys(NEAR_MISSES))('is no backend with a grant %s', async (namespace) => {
    expect(await meets('near.test', `/${namespace}`)).toBe('500');
    expect(await site.said('HTTPRoute', 'near-misses', 'ResolvedRefs')).toBe('False RefNotPermitted');
    expect(await site.said('HTTPRoute', 'near-misses', 'Accepted')).toBe('True Accepted');
  });

  it('that a grant names is one; the others of its namespace are not, and cost their rule or share alone', async () => {
    expect(await meets('partial.test', '/granted')).toBe('two');
    expect(await meets('partial.test', '/other')).toBe('500');
    const halves = await Promise.all(Array.from({ length: 40 }, () => meets('partial.test', '/half')));
    expect(new Set(halves)).toEqual(new Set(['two', '500']));
    expect(await site.said('HTTPRoute', 'partial', 'ResolvedRefs')).toBe('False RefNotPermitted');
    expect(await site.said('HTTPRoute', 'partial', 'Accepted')).toBe('True Accepted');
  });

  it('is one for as long as there is a grant, of several that say the same the last', async () => {
    expect(await site.said('HTTPRoute', 'granted', 'ResolvedRefs')).toBe('True ResolvedRefs');
    site.windlass.write('second.yaml', grant('second', 'granted', FROM, near('far')));
    // Once what stands in its place is served, the first is gone.
    site.windlass.write(
      'grant.yaml',
      httpRoute('marker', { hostnames: ['marker.test'] }, rule([prefix('/')], 'one')),
    );
    await until('the marker', async () => ((await meets('marker.test')) === 'one' ? true : undefined));
    for (let i = 0; i < 20; i += 1) expect(await meets('granted.test')).toBe('two');
    site.windlass.write('second.yaml', '');
    await until('the last to be gone', async () =>
      (await meets('granted.test')) === '500' ? true : undefined,
    );
    expect(await site.said('HTTPRoute', 'granted', 'ResolvedRefs')).toBe('False RefNotPermitted');
    site.windlass.write('grant.yaml', open);
    await until('it to be back', async () => ((await meets('granted.test')) === 'two' ? true : undefined));
  }, 30_000);
});

describe('a backend that is not there', () => {
  it.each([
    ['missing.test', '/missing', 'missing', 'BackendNotFound'],
    ['missing.test', '/port', 'missing', 'BackendNotFound'],
    ['unknown.test', '/kind', 'unknown', 'InvalidKind'],
    ['unknown.test', '/group', 'unknown', 'InvalidKind'],
  ])('answers 500, and the status says why: %s%s', async (host, path, route, reason) => {
    expect(await meets(host, path)).toBe('500');
    expect(await site.said('HTTPRoute', route, 'ResolvedRefs')).toBe(`False ${reason}`);
    expect(await site.said('HTTPRoute', route, 'Accepted')).toBe('True Accepted');
  });

  it('leaves the rule beside it as it is', async () => {
    expect(await meets('missing.test', '/good')).toBe('one');
  });

  it.each(['/omitted', '/empty'])('because none is named answers 500, and nothing is wrong (%s)', async (path) => {
    expect(await meets('empty.test', path)).toBe('500');
    expect(await site.said('HTTPRoute', 'empty', 'ResolvedRefs')).toBe('True ResolvedRefs');
    expect(await site.said('HTTPRoute', 'empty', 'Accepted')).toBe('True Accepted');
  }); // prettier-ignore
});

describe('a route of another namespace', () => {
  it('is served by a listener that takes it by label', async () => {
    expect(await site.meets({ port: 8081 })).toBe('two');
  });

  it.each([
    ['not-allowed', 'stranger.test'],
    ['not-labelled', 'unlabelled.test'],
  ])('is not accepted by one that does not, and never met: %s', async (route, host) => {
    expect(await site.said('HTTPRoute', route, 'Accepted')).toBe('False NotAllowedByListeners');
    expect(await site.said('HTTPRoute', route, 'ResolvedRefs')).toBe('True ResolvedRefs');
    expect(await meets(host)).toBe('404');
    const [own, labelled] = (await site.windlass.status('Gateway', 'edge'))?.listeners ?? [];
    expect([own?.attachedRoutes, labelled?.attachedRoutes]).toEqual([6, 1]);
  });
});
