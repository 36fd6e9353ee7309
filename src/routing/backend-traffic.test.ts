import { describe, expect, it } from '@jest/globals';
import { trafficPolicy } from './testing/backend-traffic.js';
import { given, reasonOf, type Scenario } from './testing/given.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

// RetryConstraint of XBackendTrafficPolicy, and how the policy finds its target. Source: Gateway API v1.7.0; GEP-3388.

const SHOP = gateway(HTTP) + services('a', 'b') + route('r', {}, to('a', '/a'), to('b', '/b'));
const constrained = (fields: string): Scenario =>
  given(SHOP + trafficPolicy('p', 'a', `retryConstraint: ${fields}`));

function budgetOf(s: Scenario) {
  return [...s.fleet().clusters.values()].find(({ backend }) => backend.name === 'a')?.retryBudget;
}

describe('a retry budget', () => {
  it.each([
    ['{}', { percent: 20, least: 3 }],
    ['{ budget: { percent: 50 } }', { percent: 50, least: 3 }],
    ['{ budget: { percent: 0 }, minRetryRate: { count: 1, interval: 1s } }', { percent: 0, least: 1 }],
    ['{ minRetryRate: { count: 40 } }', { percent: 20, least: 10 }],
    ['{ minRetryRate: { count: 5, interval: 100ms } }', { percent: 20, least: 13 }],
    ['{ minRetryRate: { count: 1, interval: 1h } }', { percent: 20, least: 1 }],
    ['{ minRetryRate: { interval: 500ms } }', { percent: 20, least: 5 }],
    ['{ minRetryRate: { count: 1000000, interval: 1ms } }', { percent: 20, least: 250_000_000 }],
  ])(
    'of %s is a share of what is under way, and never less than the rate in a quarter of a second',
    (fields, budget) => {
      expect(budgetOf(constrained(fields))).toEqual(budget);
    },
  );

  it('makes another cluster, and none of another backend', () => {
    const s = given(SHOP);
    expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80', 'default_b_80']);
    const names = (fields: string): readonly string[] => [
      ...s
        .change(trafficPolicy('p', 'a', `retryConstraint: ${fields}`))
        .fleet()
        .clusters.keys(),
    ];
    const [one, two] = [names('{}'), names('{ budget: { percent: 50 } }')];
    for (const [a, b] of [one, two]) {
      expect(a).toMatch(/^default_a_80_[0-9a-f]{8}$/);
      expect(b).toBe('default_b_80');
    }
    expect(one[0]).not.toBe(two[0]);
    // What says the same is the same cluster.
    expect(names('{ budget: { interval: 1h } }')).toEqual(one);
    s.remove('XBackendTrafficPolicy', 'p');
    expect([...s.fleet().clusters.keys()]).toEqual(['default_a_80', 'default_b_80']);
  });
});

describe('a policy on traffic', () => {
  const reasons = (s: Scenario): readonly (readonly string[])[] =>
    s
      .model()
      .policies.flatMap((each) => [...each.values()])
      .map(({ ancestors }) => ancestors.map(({ accepted }) => reasonOf(accepted)));

  it('is told on every Gateway that sends to its target, and on no other', () => {
    const s = constrained('{}');
    expect(reasons(s)).toEqual([['True']]);
    expect(reasons(s.remove('HTTPRoute', 'r'))).toEqual([]);
  });

  it('whose target does not exist says so', () => {
    expect(reasons(constrained('{}').remove('Service', 'a'))).toEqual([['TargetNotFound']]);
  });

  it('takes no Service of another namespace, and no other kind', () => {
    const far = trafficPolicy('p', 'a', 'retryConstraint: {}').replace(
      'name: p,',
      'name: p, namespace: far,',
    );
    const other = trafficPolicy('q', 'a', 'retryConstraint: {}').replace(
      'group: "", kind: Service',
      'group: x.test, kind: Pool',
    );
    const s = given(SHOP + far + other);
    expect(budgetOf(s)).toBeUndefined();
    expect(reasons(s)).toEqual([]);
  });
});
