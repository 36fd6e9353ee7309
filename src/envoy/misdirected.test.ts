import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { resourceJson } from './config-dump.js';
import { authorityPatterns } from './misdirected.js';
import { snapshotOf } from './snapshot.js';
import {
  certificate,
  fleet,
  forward,
  cluster,
  httpsListener,
  httpsPort,
  rule,
  share,
  virtualHost,
} from './testing/fleets.js';

const takes = (domains: readonly string[], authority: string): boolean =>
  authorityPatterns(domains).some((pattern) => RE2JS.compile(pattern).testExact(authority));

describe('the expression in which authorities are looked up', () => {
  it('writes a common parent once, and nothing that a wildcard takes', () => {
    expect(authorityPatterns(['a.x.test', 'b.x.test', '*.y.test', 'a.y.test', 'z.test', 'local'])).toEqual([
      '(?i)(?:(?:a|b)\\.x\\.test|[^:]+\\.y\\.test|z\\.test|local)(?::[0-9]*)?',
    ]);
  });

  it.each([
    ['a.x.test', true],
    ['A.X.Test:8443', true],
    ['b.a.x.test', false],
    ['aXx.test', false],
    ['q.y.test', true],
    ['p.q.y.test:1', true],
    ['y.test', false],
    ['.y.test', false],
    ['xz.test', false],
    ['local', true],
  ])('%s: %s', (authority, expected) => {
    expect(takes(['a.x.test', '*.y.test', 'z.test', 'local'], authority)).toBe(expected);
  });

  it('takes exactly the hosts that a domain covers', () => {
    const label = fc.constantFrom('a', 'b', 'test');
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    const domain = fc.tuple(fc.boolean(), name).map(([wild, text]) => (wild ? `*.${text}` : text));
    fc.assert(
      fc.property(fc.uniqueArray(domain, { minLength: 1, maxLength: 6 }), name, (domains, host) => {
        const covered = domains.some((each) =>
          each.startsWith('*.') ? host.endsWith(each.slice(1)) : each === host,
        );
        expect(takes(domains, host)).toBe(covered);
      }),
    );
  });

  it('of very many hosts is cut into several', () => {
    const domains = Array.from({ length: 5_000 }, (_, i) => `a.host-${i}.example.com`);
    const patterns = authorityPatterns(domains);
    expect(patterns.length).toBeGreaterThan(1);
    expect(Math.max(...patterns.map(({ length }) => length))).toBeLessThan(66_000);
    expect(takes(domains, 'a.host-4999.example.com')).toBe(true);
  });
});

describe('what refuses misdirected requests', () => {
  const foreign = ['*.w.test', 'b.test'];
  const own = rule('r', forward([share(cluster('s'))]));
  const pem = { certificate: 'certificate', key: 'key' };
  const https = (name: string, hostname: string) => httpsListener(name, hostname, [certificate('c', pem)]);
  const port = httpsPort([
    [https('a', 'a.test'), [virtualHost('a.test', [own], 'a'), virtualHost('*', [], 'a', foreign)]],
    [https('b', 'b.test'), [virtualHost('b.test', [], 'b'), virtualHost('*', [own], 'b', foreign)]],
  ]);
  const { resources } = snapshotOf(fleet([port]));
  const partOf = (table: string) =>
    resources.routes
      .get(table)
      ?.sections.find(({ key }) => key === '*')
      ?.parts.find(({ key }) => key === 'misdirected');

  it('stands ahead of the rules', () => {
    const table = resources.routes.get('gateway/shop/web/443/b');
    expect(table && resourceJson(table)).toMatchObject({
      virtualHosts: [
        {
          domains: ['*'],
          routes: [
            {
              name: 'misdirected',
              match: {
                prefix: '/',
                headers: [
                  {
                    name: ':authority',
                    stringMatch: { safeRegex: { regex: '(?i)(?:[^:]+\\.w\\.test|b\\.test)(?::[0-9]*)?' } },
                  },
                ],
              },
              directResponse: { status: 421 },
            },
            { match: { prefix: '/' } },
          ],
        },
        { domains: ['b.test'] },
      ],
    });
  });

  it('is one part for all tables', () => {
    expect(partOf('gateway/shop/web/443/a')).toBeDefined();
    expect(partOf('gateway/shop/web/443/a')).toBe(partOf('gateway/shop/web/443/b'));
  });

  it('is followed by the same rules when it changes', () => {
    const hosts = (list: readonly string[], rules = [own]) =>
      fleet([httpsPort([[https('a', 'a.test'), [virtualHost('*', rules, 'a', list)]]])]);
    const before = snapshotOf(hosts([]));
    for (const next of [
      hosts(['b.test']),
      hosts(['b.test'], []),
      hosts([]),
      hosts(['*'], [own, rule('q', forward([share(cluster('s'))]))]),
    ])
      expect(snapshotOf(next, before).resources.routes.get('gateway/shop/web/443/a')?.version).toBe(
        snapshotOf(next).resources.routes.get('gateway/shop/web/443/a')?.version,
      );
  });
});
