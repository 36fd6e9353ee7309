import { describe, expect, it } from '@jest/globals';
import type { CookieLifetime, Fleet, SessionModel } from '../routing/index.js';
import { clusterResource } from './cluster.js';
import { resourceJson } from './config-dump.js';
import { routePart } from './route.js';
import { routeTableResource } from './route-table.js';
import { certificate, cluster, fleet, forward, httpPort, httpsListener, httpsPort, path, rule, share, virtualHost } from './testing/fleets.js'; // prettier-ignore
import { expectGolden } from './testing/golden.js';

const HTTP = { scheme: 'http', port: 80 } as const;
const HTTPS = { scheme: 'https', port: 443 } as const;
const limited = cluster('a', { name: 'shop_a_80_f00', retryBudget: { percent: 20, least: 10 } });
const [a, b] = [cluster('a'), cluster('b')];

const cookie = (name: string, lifetime: CookieLifetime): SessionModel => ({
  kind: 'cookie',
  name,
  path: '/',
  lifetime,
});
const [plain, other] = ['s', 's-b'].map((name) => cookie(name, { kind: 'session', seconds: undefined }));
const permanent = cookie('s', { kind: 'permanent', seconds: 3_600 });
const timed = cookie('s', { kind: 'session', seconds: 3_600 });
const header: SessionModel = { kind: 'header', name: 'x-session' };
const retry = { attempts: 2, codes: [502], backoffMs: undefined };

function tableOf(config: Fleet, index = 0): ReturnType<typeof resourceJson> {
  const table = config.ports[0]?.tables[index];
  if (table === undefined) throw new Error('no table');
  return resourceJson(routeTableResource(table, config, undefined));
}

describe('a session', () => {
  it('stands on the route of one cluster, and on each of several: a cookie or a header', () => {
    const rules = [
      rule('one', forward([share(a, { session: plain })]), { match: path('prefix', '/one') }),
      rule('split', forward([share(a, { session: plain }), share(b, { session: other })]), {
        match: path('prefix', '/split'),
      }),
      rule('header', forward([share(a, { session: header })]), { match: path('prefix', '/header') }),
      rule('permanent', forward([share(a, { session: permanent })]), { match: path('prefix', '/permanent') }),
    ];
    expectGolden('route-sessions', tableOf(fleet([httpPort([virtualHost('*', rules)])])));
  });

  it('has a Secure cookie behind TLS, and nothing else depends on how the request came in', () => {
    const of = (session: SessionModel | undefined) => rule('r', forward([share(a, { session })]));
    const secure = of(plain);
    const pem = certificate('cert', { certificate: '', key: '' });
    const https = fleet([
      httpsPort([[httpsListener('all', undefined, [pem]), [virtualHost('*', [secure])]]]),
    ]);
    expect(JSON.stringify(tableOf(https))).toContain('"Secure"');
    expect(JSON.stringify(tableOf(fleet([httpPort([virtualHost('*', [secure])])])))).not.toContain(
      '"Secure"',
    );
    expect(routePart(secure, HTTP)).not.toBe(routePart(secure, HTTPS));
    for (const session of [undefined, header]) {
      const entry = of(session);
      expect(routePart(entry, HTTP)).toBe(routePart(entry, HTTPS));
    }
  });

  it('that the proxy alone ends needs the script, any other none', () => {
    const table = (session: SessionModel): string =>
      JSON.stringify(
        tableOf(fleet([httpPort([virtualHost('*', [rule('r', forward([share(a, { session })]))])])])),
      );
    expect(table(timed)).toContain('envoy.filters.http.lua');
    expect(table(timed)).toContain('"Windlass-Session"');
    for (const session of [plain ?? timed, permanent, header])
      expect(table(session)).not.toContain('envoy.filters.http.lua');
  });
});

describe('a retry budget', () => {
  it('is a threshold of the cluster', () => {
    expectGolden('cluster-retry-budget', resourceJson(clusterResource(limited, undefined)));
  });

  it('turns an answer that was not tried again into 503, on rules that retry', () => {
    const table = (...args: Parameters<typeof forward>) =>
      tableOf(fleet([httpPort([virtualHost('*', [rule('r', forward(...args))])])]));
    expectGolden('route-retry-budget', table([share(limited)], { retry }));
    expect(JSON.stringify(table([share(limited)]))).not.toContain('lua');
    expect(JSON.stringify(table([share(a)], { retry }))).not.toContain('lua');
    expect(JSON.stringify(table([share(a), share(limited, { weight: 0 })], { retry }))).not.toContain('lua');
  });
});
