import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, type Echo, startBackend } from '../harness/backend.js';
import { ask, type Answer, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

// HTTPRequestMirrorFilter, and what HTTPRouteRequestMirror, -MultipleMirrors and -PercentageMirror of the conformance suite ask for.

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let mirrors: readonly Backend[];
let address: string;

function mirror(name: string, more = ''): string {
  return `{ type: RequestMirror, requestMirror: { backendRef: { name: ${name}, port: 80 }${more} } }`;
}

function rule(prefix: string, ...filters: readonly string[]): string {
  return `
    - matches: [{ path: { type: PathPrefix, value: ${prefix} } }]
      filters: [${filters.join(', ')}]
      backendRefs: [{ name: backend, port: 80 }]`;
}

const rewrite = `{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /new } } }`;
const header = `{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x-set, value: rule }] } }`;
const unresolved =
  '{ type: RequestMirror, requestMirror: { backendRef: { name: far, namespace: elsewhere, port: 80 } } }';

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: mirrored }
spec:
  parentRefs: [{ name: edge }]
  rules:${rule('/one', mirror('mirror-0'))}${rule('/two', mirror('mirror-0'), mirror('mirror-1'))}${rule(
    '/modified',
    rewrite,
    header,
    mirror('mirror-0'),
  )}${rule('/missing', mirror('nobody'), mirror('mirror-0'))}${rule('/idle', mirror('idle'))}${rule('/forbidden', unresolved)}${rule(
    '/percent',
    mirror('mirror-0', ', percent: 20'),
    mirror('mirror-1', ', fraction: { numerator: 35, denominator: 50 }'),
  )}
`;

const idle = `
apiVersion: v1
kind: Service
metadata: { name: idle }
spec: { ports: [{ name: http, port: 80 }] }
`;

beforeAll(async () => {
  backend = await startBackend('backend');
  mirrors = await Promise.all([startBackend('mirror-0'), startBackend('mirror-1')]);
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      ...[backend, ...mirrors].map((each) => service(each.name, each.port)),
      service('far', mirrors[0]?.port ?? 0, 'elsewhere'),
      idle,
      route,
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([backend, ...mirrors].map((each) => each.close()));
}, 60_000);

const get = (path: string, more: Partial<Ask> = {}): Promise<Answer> =>
  ask({ address, port, host: 'shop.example:8080', path, ...more });

/** What a mirror got of the request with this path and query; each test has its own. */
function copies(index: number, path: string): readonly Echo[] {
  return (mirrors[index]?.received ?? []).filter((echo) => echo.path === path);
}

const copied = (index: number, path: string): Promise<Echo> =>
  until(`a copy of ${path} at mirror ${index}`, () => copies(index, path)[0]);

describe('a mirror', () => {
  it('gets the request as the backend gets it: method, host, path, query, headers and body', async () => {
    const answer = await get('/one/a%2Fb?q=%41', { method: 'POST', headers: [['x-mine', '1'], ['Content-Length', '4']], body: 'body' }); // prettier-ignore
    const copy = await copied(0, '/one/a%2Fb?q=%41');
    expect(answer.echo).toMatchObject({ backend: 'backend', method: 'POST', host: 'shop.example:8080' });
    expect(copy).toMatchObject({ method: 'POST', host: 'shop.example:8080', body: 'body' });
    expect(copy.headers['x-mine']).toBe('1');
  });

  it('gets a body of any size', async () => {
    const body = 'x'.repeat(3_000_000);
    const headers = [['Content-Length', String(body.length)]] as const;
    expect((await get('/one?large', { method: 'POST', headers, body })).status).toBe(200);
    expect((await copied(0, '/one?large')).body).toHaveLength(body.length);
  });

  it('gets what the filters of the rule make of it', async () => {
    expect((await get('/modified/x?q=1')).echo?.path).toBe('/new/x?q=1');
    const copy = await copied(0, '/new/x?q=1');
    expect([copy.host, copy.headers['x-set']]).toEqual(['shop.example:8080', 'rule']);
  });

  it('is one of several, each with its copy', async () => {
    expect((await get('/two?id=1')).echo?.backend).toBe('backend');
    await Promise.all([copied(0, '/two?id=1'), copied(1, '/two?id=1')]);
    expect([copies(0, '/two?id=1').length, copies(1, '/two?id=1').length]).toEqual([1, 1]);
  });

  it('is never waited for, and its answer is nobody’s', async () => {
    const start = Date.now();
    // Both are told to be slow; so the answer is as late as the backend's alone, not later.
    expect((await get('/one?delay=300')).echo?.backend).toBe('backend');
    expect(Date.now() - start).toBeLessThan(550);
    await copied(0, '/one?delay=300');
  });

  it('that is missing, forbidden or has no endpoints costs nothing: the requests and the other mirrors go on', async () => {
    for (const path of ['/missing?id=2', '/idle', '/forbidden']) expect((await get(path)).status).toBe(200);
    await copied(0, '/missing?id=2');
    expect(copies(0, '/forbidden')).toEqual([]);
  });

  it('that does not resolve is named in the status of its route', async () => {
    const conditions = (await windlass.status('HTTPRoute', 'mirrored'))?.parents?.[0]?.conditions ?? [];
    const resolved = conditions.find(({ type }) => type === 'ResolvedRefs');
    expect(resolved).toMatchObject({ status: 'False', reason: 'BackendNotFound' });
    expect(resolved?.message).toContain('default/nobody');
    expect(resolved?.message).toContain('ReferenceGrant');
    expect(conditions.find(({ type }) => type === 'Accepted')).toMatchObject({ status: 'True' });
  });

  it('of a share of the requests gets about that share', async () => {
    const sent = 1000;
    for (let i = 0; i < sent; i += 20) {
      await Promise.all(Array.from({ length: 20 }, () => get('/percent')));
    }
    // Four standard deviations of a binomial distribution: once in 16,000 runs it would be missed by chance.
    const near = (share: number) => [share * sent, 4 * Math.sqrt(sent * share * (1 - share))] as const;
    for (const [index, share] of [0.2, 0.7].entries()) {
      const [mean, tolerance] = near(share);
      await until(
        `${mean} ± ${tolerance} copies at mirror ${index}`,
        () => {
          const { length } = copies(index, '/percent');
          if (Math.abs(length - mean) >= tolerance) throw new Error(`${length}`);
          return true;
        },
        5_000,
      );
    }
  }, 30_000);
});
