import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeSummaries, type FleetSummary } from './acknowledgements.js';

const rejected = fc.record({
  type: fc.constantFrom('cluster', 'routes'),
  name: fc.constantFrom('a', 'b'),
  version: fc.constantFrom('1', '2'),
  message: fc.constantFrom('no', 'never'),
  suspected: fc.boolean(),
  count: fc.integer({ min: 1, max: 3 }),
});
const summary: fc.Arbitrary<FleetSummary> = fc.record({
  fleet: fc.constant('f'),
  connected: fc.nat(5),
  current: fc.nat(5),
  newest: fc.nat(5),
  settled: fc.array(fc.nat(5)).map((all) => all.sort((a, b) => a - b)),
  rejected: fc.uniqueArray(rejected, { selector: ({ type, name, version }) => type + name + version }),
});
const none: FleetSummary = { fleet: 'f', connected: 0, current: 0, newest: 0, settled: [], rejected: [] };

describe('summaries of several replicas', () => {
  it('add up in whatever order and grouping they come', () => {
    fc.assert(
      fc.property(summary, summary, summary, (a, b, c) => {
        expect(mergeSummaries(a, b)).toEqual(mergeSummaries(b, a));
        expect(mergeSummaries(mergeSummaries(a, b), c)).toEqual(mergeSummaries(a, mergeSummaries(b, c)));
        expect(mergeSummaries(mergeSummaries(a, none), none)).toEqual(mergeSummaries(a, none));
      }),
    );
  });
});
