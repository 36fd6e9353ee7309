import { describe, expect, it } from '@jest/globals';
import { filtered } from '../testing/filtered.js';
import type { Scenario } from '../testing/given.js';

function backends(own: string, { match = '{ path: { value: /api } }', filters = '' } = {}): Scenario {
  return filtered(filters, {
    match,
    backends: `backendRefs: [{ name: a, port: 80, weight: 9, filters: [${own}] }, { name: b, port: 80 }]`,
  });
}

function shares(s: Scenario, url = 'http://h/api/x?q') {
  const { outcome } = s.evaluate(url, { headers: [['origin', 'https://a.test']] });
  if (outcome.kind !== 'forward') throw new Error(JSON.stringify(outcome));
  return outcome.shares;
}

const rewrite = (fields: string) => `{ type: URLRewrite, urlRewrite: { ${fields} } }`;
const prefix = (value: string) => rewrite(`path: { type: ReplacePrefixMatch, replacePrefixMatch: ${value} }`);
const mirrorTo = (name: string) =>
  `{ type: RequestMirror, requestMirror: { backendRef: { name: ${name}, port: 80 } } }`;

describe('a filter of a backendRef', () => {
  it('rewrites path and host for its share alone', () => {
    const s = backends(
      rewrite('hostname: own.test, path: { type: ReplacePrefixMatch, replacePrefixMatch: /v2 }'),
    );
    expect(shares(s).map(({ weight, host, path }) => [weight, host, path])).toEqual([
      [9, 'own.test', '/v2/x?q'],
      [1, 'h', '/api/x?q'],
    ]);
  });

  it('stands in for the one of the rule, field by field', () => {
    const s = backends(prefix('/own'), {
      filters: rewrite('hostname: rule.test, path: { type: ReplaceFullPath, replaceFullPath: /rule }'),
    });
    expect(shares(s).map(({ host, path }) => [host, path])).toEqual([
      ['rule.test', '/own/x?q'],
      ['rule.test', '/rule?q'],
    ]);
  });

  it('redirects its share', () => {
    const [redirected, forwarded] = shares(
      backends('{ type: RequestRedirect, requestRedirect: { hostname: n.test } }'),
    );
    expect(redirected?.answer).toMatchObject({ status: 302, location: 'http://n.test/api/x?q' });
    expect(forwarded?.answer).toBeUndefined();
  });

  it('mirrors its share, beside the mirrors of the rule', () => {
    const s = backends(mirrorTo('b'), { filters: mirrorTo('a') });
    expect(shares(s).map(({ mirrors }) => mirrors.map(({ cluster }) => cluster))).toEqual([
      ['default_a_80', 'default_b_80'],
      ['default_a_80'],
    ]);
  });

  it('names a mirror that does not resolve in the status, and serves its share', () => {
    const s = backends(mirrorTo('nobody'));
    expect(s.parent('r').resolvedRefs).toMatchObject({
      reason: 'BackendNotFound',
      at: 'spec.rules[0].backendRefs[0].filters[0].requestMirror.backendRef',
    });
    expect(shares(s)).toHaveLength(2);
  });

  it('has CORS for its share, instead of that of the rule', () => {
    const cors = (expose: string) =>
      `{ type: CORS, cors: { allowOrigins: ["*"], exposeHeaders: [${expose}] } }`;
    const s = backends(cors('x-own'), { filters: cors('x-rule') });
    expect(shares(s).map(({ responseModifiers }) => responseModifiers.at(-1)?.set.at(-1)?.value)).toEqual([
      'x-own',
      'x-rule',
    ]);
    const asked = s.evaluate('http://h/api', {
      method: 'OPTIONS',
      headers: Object.entries({ origin: 'https://a.test', 'access-control-request-method': 'PUT' }),
    });
    expect(asked.outcome).toMatchObject({
      kind: 'forward',
      shares: [{ answer: { kind: 'preflight' } }, { answer: { kind: 'preflight' } }],
    });
  });

  it('has no CORS for a share that gets nothing: the rule answers its preflights itself', () => {
    const cors = '{ type: CORS, cors: { allowOrigins: ["*"] } }';
    const s = filtered(cors, {
      backends: `backendRefs: [{ name: a, port: 80 }, { name: b, port: 80, weight: 0, filters: [${cors}] }]`,
    });
    const asked = s.evaluate('http://h/', {
      method: 'OPTIONS',
      headers: Object.entries({ origin: 'https://a.test', 'access-control-request-method': 'PUT' }),
    });
    expect(asked.outcome.kind).toBe('preflight');
  });

  it('of a backend that does not resolve does nothing: its share answers 500', () => {
    const s = filtered('', {
      backends: `backendRefs: [{ name: a, port: 80 }, { name: nobody, port: 80, filters: [${mirrorTo('b')}] }]`,
    });
    expect(s.meets('http://h/')).toBe('default/a:80=1 500=1');
    expect(s.fleet().clusters.has('default_b_80')).toBe(false);
  });

  it('cannot both redirect and mirror', () => {
    const s = backends(`{ type: RequestRedirect, requestRedirect: {} }, ${mirrorTo('b')}`);
    expect(s.parent('r').accepted).toMatchObject({
      reason: 'IncompatibleFilters',
      at: 'spec.rules[0].backendRefs[0].filters',
    });
  });
});
