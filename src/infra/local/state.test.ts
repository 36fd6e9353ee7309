import { describe, expect, it } from '@jest/globals';
import { type FleetState, parseState } from './state.js';

const state: FleetState = {
  fleet: 'default/edge',
  addresses: ['127.0.0.1'],
  metricsPort: 41000,
  process: { pid: 7, startTime: '12345' },
  launchHash: 'abc',
};

describe('the state of a fleet', () => {
  it('is read as it was written', () => {
    expect(parseState(JSON.stringify(state))).toEqual(state);
  });

  it('may have no process yet', () => {
    expect(parseState(JSON.stringify({ ...state, process: undefined }))).toEqual({
      ...state,
      process: undefined,
    });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"fleet":"default/edge"}',
    '{"fleet":1,"metricsPort":2,"launchHash":"c"}',
  ])('is nothing when the file says %j', (text) => {
    expect(parseState(text)).toBeUndefined();
  });
});
