import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { gatewayOf, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { until } from '../harness/until.js';
import { tlsSecret } from '../harness/yaml.js';

// HTTPS listeners of one port, and what HTTPRouteHTTPSListener and GatewayModifyListeners of the conformance suite ask for.

const SECURE = 8443;
const ADDED = 8080;
const HOSTS = { exact: 'example.org', second: 'second-example.org', wildcard: '*.wildcard.org' } as const;

const https = (name: string, hostname?: string): string =>
  `{ name: ${name}, port: ${SECURE}, protocol: HTTPS${hostname === undefined ? '' : `, hostname: "${hostname}"`}, tls: { certificateRefs: [{ name: ${name} }] } }`;
const listeners = [...Object.entries(HOSTS).map(([name, host]) => https(name, host)), https('rest')];
const at = (section: string): readonly string[] => [`{ name: edge, sectionName: ${section} }`];

let site: Site;

beforeAll(async () => {
  const authority = await createAuthority();
  const secrets = await Promise.all(
    [...Object.entries(HOSTS), ['rest', 'rest.test'] as const].map(async ([name, host]) => {
      const { certificate, key } = await authority.issue(host, 'ecdsa');
      return tlsSecret(name, certificate, key);
    }),
  );
  site = await openSite({
    backends: ['one', 'two', 'three'],
    port: SECURE,
    objects: [
      ...secrets,
      httpRoute('exact', { parents: at('exact') }, rule([prefix('/')], 'one')),
      httpRoute('second', { hostnames: ['second-example.org'], parents: at('second') }, rule([prefix('/')], 'two')),
      httpRoute('wildcard', { parents: at('wildcard') }, rule([prefix('/')], 'three')),
      httpRoute('rest', { hostnames: ['known.test'], parents: at('rest') }, rule([prefix('/')], 'one')),
    ], // prettier-ignore
    gateways: [],
  });
  site.windlass.write('gateway.yaml', gatewayOf('edge', listeners));
  await site.windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await site.close();
}, 60_000);

async function meets(sni: string, host = sni): Promise<readonly (string | number | undefined)[]> {
  const address = await site.windlass.address('edge');
  const { status, echo, certificate } = await site.get({ address, host, sni });
  return [echo?.backend ?? status, certificate];
}

describe('HTTPS listeners of one port', () => {
  it.each([
    ['example.org', 'one', 'example.org'],
    ['EXAMPLE.org', 'one', 'example.org'],
    ['second-example.org', 'two', 'second-example.org'],
    ['a.wildcard.org', 'three', '*.wildcard.org'],
    ['a.b.wildcard.org', 'three', '*.wildcard.org'],
    ['known.test', 'one', 'rest.test'],
    ['unknown.test', 404, 'rest.test'],
    ['wildcard.org', 404, 'rest.test'],
  ])('are chosen by server name: %s meets %s, with the certificate of %s', async (host, met, certificate) => {
    expect(await meets(host)).toEqual([met, certificate]);
  }); // prettier-ignore

  it.each(['example.org:8443', 'example.org:443'])('take a host with a port: %s', async (host) => {
    expect(await meets('example.org', host)).toEqual(['one', 'example.org']);
  });

  it('speak no clear text', async () => {
    const address = await site.windlass.address('edge');
    await expect(site.get({ address, host: 'example.org' })).rejects.toThrow();
  });

  it('come and go with an edit of the Gateway, in its status and on the wire', async () => {
    const plain = `{ name: plain, port: ${ADDED}, protocol: HTTP }`;
    const withPlain = gatewayOf('edge', [https('exact', HOSTS.exact), plain]);
    site.windlass.write('gateway.yaml', withPlain);
    site.windlass.write(
      'more.yaml',
      httpRoute('plain', { parents: at('plain') }, rule([prefix('/')], 'two')),
    );
    const address = await site.windlass.address('edge');
    await until('the new listener', async () => {
      const answer = await site.get({ address, port: ADDED, host: 'any.test' });
      return answer.echo?.backend === 'two' ? true : undefined;
    });
    await until('the old ones to be gone', async () =>
      meets('second-example.org').then(
        () => undefined,
        () => true,
      ),
    );
    expect(await meets('example.org')).toEqual(['one', 'example.org']);
    const status = await site.windlass.status('Gateway', 'edge');
    expect(status?.listeners?.map(({ name, attachedRoutes }) => [name, attachedRoutes])).toEqual([
      ['exact', 1],
      ['plain', 1],
    ]);
    expect(await site.said('HTTPRoute', 'second', 'Accepted')).toBe('False NoMatchingParent');
  }, 30_000);
});
