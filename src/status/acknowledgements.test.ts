import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeAcknowledgements, nobodyConnected, type FleetAcknowledgements } from './acknowledgements.js';

const by = fc.record({ generation: fc.nat(2), count: fc.nat(3) });
const acknowledgements: fc.Arbitrary<FleetAcknowledgements> = fc.record({
  fleet: fc.constant('f'),
  connected: fc.nat(5),
  counted: fc.nat(5),
  accepted: fc.dictionary(fc.constantFrom('', 'http', 'https'), by),
  rejected: fc.array(
    fc.record({
      type: fc.constant('routes'),
      name: fc.constantFrom('a', 'b'),
      message: fc.constantFrom('no', 'never'),
      suspected: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  convictions: fc.array(
    fc.record({
      owner: fc.record({ object: fc.constantFrom('HTTPRoute a/b', 'Gateway a/b'), at: fc.constant('') }),
      message: fc.constant('no'),
      resource: fc.constant('routes r'),
    }),
    { maxLength: 2 },
  ),
});

describe('what several replicas know of a fleet', () => {
  it('adds up in whatever order and grouping it comes', () => {
    const none = nobodyConnected('f');
    const merge = mergeAcknowledgements;
    fc.assert(
      fc.property(acknowledgements, acknowledgements, acknowledgements, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(merge(a, none), none)).toEqual(merge(a, none));
      }),
    );
  });

  it('does not count Envoys of a replica that has not seen the generation', () => {
    const one = (generation: number) => ({
      ...nobodyConnected('f'),
      counted: 2,
      accepted: { '': { generation, count: 2 } },
    });
    const merged = mergeAcknowledgements(one(2), one(1));
    expect(merged).toMatchObject({ counted: 4, accepted: { '': { generation: 2, count: 2 } } });
  });
});
