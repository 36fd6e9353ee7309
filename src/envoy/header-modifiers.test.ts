import { describe, expect, it } from '@jest/globals';
import { NO_HEADERS } from '../routing/index.js';
import { changesNothing, headerMutations } from './header-modifiers.js';

const OVERWRITE = 2;
const APPEND = 0;

describe('header modifiers', () => {
  it('set by overwriting, add by appending and remove by name', () => {
    const request = { set: [{ name: 'a', value: '1' }], add: [{ name: 'b', value: '2' }], remove: ['C'] };
    expect(headerMutations([request], [NO_HEADERS])).toEqual({
      requestHeadersToAdd: [
        { header: { key: 'a', value: '1' }, appendAction: OVERWRITE },
        { header: { key: 'b', value: '2' }, appendAction: APPEND },
      ],
      requestHeadersToRemove: ['c'],
    });
  });

  it('leave nothing behind when there are none', () => {
    expect(headerMutations([NO_HEADERS], [])).toEqual({});
    expect(changesNothing(NO_HEADERS)).toBe(true);
  });

  it('take a percent sign as itself, and keep an empty value', () => {
    const response = { ...NO_HEADERS, set: [{ name: 'a', value: '5% %REQ(x)%' }, { name: 'b', value: '' }] }; // prettier-ignore
    expect(headerMutations([], [response]).responseHeadersToAdd).toEqual([
      { header: { key: 'a', value: '5%% %%REQ(x)%%' }, appendAction: OVERWRITE },
      { header: { key: 'b', value: '' }, appendAction: OVERWRITE, keepEmptyValue: true },
    ]);
  });

  it('of a rule and its backend apply in that order: what the backend removes or sets, the rule does not add', () => {
    const rule = {
      set: [{ name: 'X-A', value: 'rule' }],
      add: [{ name: 'x-b', value: 'rule' }],
      remove: ['x-c'],
    };
    const backend = { set: [{ name: 'x-b', value: 'backend' }], add: [], remove: ['x-a'] };
    expect(headerMutations([rule, backend], [])).toEqual({
      requestHeadersToAdd: [{ header: { key: 'x-b', value: 'backend' }, appendAction: OVERWRITE }],
      requestHeadersToRemove: ['x-c', 'x-a'],
    });
  });
});
