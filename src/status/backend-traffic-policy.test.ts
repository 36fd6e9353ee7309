import { describe, expect, it } from '@jest/globals';
import { lbPolicy, trafficPolicy } from '../routing/testing/backend-traffic.js';
import { given, type Scenario } from '../routing/testing/given.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { all, ancestorsOfKind, OF_GATEWAY, said } from './testing/statuses.js';

const SHOP = gateway(HTTP) + services('a') + route('r', {}, to('a'));
const SESSION = 'sessionPersistence: { type: Cookie, cookie: { name: s } }';

/** What `Accepted` says of each policy, for each of its ancestors. */
function accepted(s: Scenario): readonly (readonly [name: string, said: readonly (string | undefined)[]])[] {
  return all(s).flatMap((each) =>
    each.kind === 'XBackendTrafficPolicy' || each.kind === 'BackendLBPolicy'
      ? [
          [
            `${each.kind} ${each.ref.name}`,
            each.status.ancestors.map((ancestor) => said(ancestor, 'Accepted')),
          ] as const,
        ]
      : [],
  );
}

describe('the status of a policy on traffic to a backend', () => {
  it('names the Gateway, our name and the observed generation, and has one condition', () => {
    const s = given(SHOP + trafficPolicy('p', 'a', SESSION));
    const written = s.get('XBackendTrafficPolicy', 'p');
    s.put({ ...written, metadata: { ...written.metadata, generation: 7 } });
    expect(ancestorsOfKind('XBackendTrafficPolicy', s)).toEqual([
      {
        ...OF_GATEWAY,
        conditions: [
          expect.objectContaining({
            type: 'Accepted',
            status: 'True',
            reason: 'Accepted',
            observedGeneration: 7,
          }),
        ],
      },
    ]);
  });

  it('says which one is in force, and what is wrong with the others', () => {
    const timed = 'sessionPersistence: { type: Header, header: { name: x }, absoluteTimeout: 1h }';
    const s = given(
      SHOP +
        trafficPolicy('first', 'a', SESSION, '2026-01-01T00:00:00Z') +
        trafficPolicy('later', 'a', timed) +
        lbPolicy('former', 'a', 'sessionPersistence: { sessionName: s }', '2020-01-01T00:00:00Z'),
    );
    const taken =
      'spec.targetRefs[0]: XBackendTrafficPolicy default/first has the same target and takes precedence';
    expect(accepted(s)).toEqual([
      ['BackendLBPolicy former', [`False Conflicted: ${taken}`]],
      ['XBackendTrafficPolicy first', ['True Accepted']],
      [
        'XBackendTrafficPolicy later',
        [expect.stringContaining(`False Conflicted: ${taken}; spec.sessionPersistence.absoluteTimeout: `)],
      ],
    ]);
  });

  it('says what cannot be had, and what does not exist', () => {
    const zero = 'sessionPersistence: { type: Cookie, cookie: {}, absoluteTimeout: 0s }';
    expect(accepted(given(SHOP + trafficPolicy('p', 'a', zero)))).toEqual([
      ['XBackendTrafficPolicy p', [expect.stringContaining('False UnsupportedValue: ')]],
    ]);
    expect(accepted(given(SHOP + trafficPolicy('p', 'a', SESSION)).remove('Service', 'a'))).toEqual([
      ['XBackendTrafficPolicy p', [expect.stringContaining('False TargetNotFound: ')]],
    ]);
  });

  it('says how a retry budget is measured', () => {
    const s = given(SHOP + trafficPolicy('p', 'a', 'retryConstraint: {}'));
    const [status] = all(s).filter(({ kind }) => kind === 'XBackendTrafficPolicy');
    expect(JSON.stringify(status)).toContain('compared with what is under way');
  });

  it('goes when no route sends to its Services any more, and is told on 16 Gateways at most', () => {
    const s = given(SHOP + trafficPolicy('p', 'a', SESSION));
    expect(accepted(s.remove('HTTPRoute', 'r'))).toEqual([]);
    for (let i = 0; i < 18; i += 1) {
      const name = `gw${i}`;
      s.change(gateway(HTTP).replace('name: gw,', `name: ${name},`));
      s.change(route(name, { parent: `{ name: ${name} }` }, to('a')));
    }
    expect(accepted(s)[0]?.[1]).toHaveLength(16);
  });
});
