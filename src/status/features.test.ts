import { describe, expect, it } from '@jest/globals';
import { docTable } from '../errors/testing/doc-table.js';
import { CLUSTER_FEATURES, SUPPORTED_FEATURES } from './supported-features.js';
import { FEATURES } from './testing/gateway-api-names.js';
import { faultsOfTests } from './testing/named-tests.js';

const rows = docTable('features.md', 'Features').map(([name = '', state = '', what = '', scenario = '', real = '']) => ({
  name: name.replaceAll('`', ''),
  state,
  what,
  scenario,
  real,
})); // prettier-ignore
const STATES = ['claimed', 'claimed in clusters', 'not claimed', 'not yet', 'cluster only', 'later'];

describe('the table of features', () => {
  it('has every feature of the API once, in ascending order', () => {
    expect(rows.map(({ name }) => name)).toEqual(FEATURES);
  });

  it('says "claimed" of exactly those that supportedFeatures claims', () => {
    const said = rows.filter(({ state }) => state === 'claimed').map(({ name }) => name);
    expect(said).toEqual(SUPPORTED_FEATURES);
  });

  it('says "claimed in clusters" of exactly those that are claimed there alone', () => {
    const said = rows.filter(({ state }) => state === 'claimed in clusters').map(({ name }) => name);
    expect(said).toEqual(CLUSTER_FEATURES);
  });

  it('has a known state and a sentence for each', () => {
    const faults = rows.flatMap(({ name, state, what }) => [
      ...(STATES.includes(state) ? [] : [`${name}: "${state}" is none of ${STATES.join(', ')}`]),
      ...(what === '' ? [`${name}: what does it do here?`] : []),
    ]);
    expect(faults).toEqual([]);
  });

  it('names a scenario test and a real-Envoy test, both of which exist, of each that is claimed', () => {
    const faults = rows
      .filter(({ state, scenario, real }) => state.startsWith('claimed') || scenario !== '' || real !== '')
      .flatMap(
        ({ name, scenario, real }) =>
        [...faultsOfTests(scenario, 'src/'), ...faultsOfTests(real, 'e2e/')].map((fault) => `${name}: ${fault}`), // prettier-ignore
      );
    expect(faults).toEqual([]);
  });
});

describe('the features that are claimed', () => {
  it('are sorted, and each is one of the API', () => {
    for (const features of [SUPPORTED_FEATURES, CLUSTER_FEATURES]) {
      expect(features).toEqual([...new Set(features)].sort());
      expect(features.filter((name) => !FEATURES.includes(name))).toEqual([]);
    }
  });
});
