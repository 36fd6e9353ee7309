import { describe, expect, it } from '@jest/globals';
import { expandList } from './list.js';

describe('a List', () => {
  it('is its items, each with the path to it', () => {
    expect(expandList({ kind: 'List', apiVersion: 'v1', items: [{ kind: 'A' }, { kind: 'B' }] })).toEqual([
      { path: ['items', 0], raw: { kind: 'A' } },
      { path: ['items', 1], raw: { kind: 'B' } },
    ]);
  });

  it('of one kind gives its items that kind', () => {
    expect(expandList({ kind: 'HTTPRouteList', apiVersion: 'g/v1', items: [{ metadata: {} }] })).toEqual([
      { path: ['items', 0], raw: { apiVersion: 'g/v1', kind: 'HTTPRoute', metadata: {} } },
    ]);
  });

  it('may hold lists, or nothing', () => {
    expect(expandList({ kind: 'List', items: [{ kind: 'List', items: [{ kind: 'A' }] }] })).toEqual([
      { path: ['items', 0, 'items', 0], raw: { kind: 'A' } },
    ]);
    expect(expandList({ kind: 'List', items: null })).toEqual([]);
    expect(expandList({ kind: 'ServiceList', items: null })).toEqual([]);
  });

  it('is told from an object whose kind only ends that way', () => {
    const allowList = { kind: 'AllowList', spec: {} };
    expect(expandList(allowList)).toEqual([{ path: [], raw: allowList }]);
  });

  it('is no object where a document is empty, and is whatever is written otherwise', () => {
    expect(expandList(null)).toEqual([]);
    expect(expandList('text')).toEqual([{ path: [], raw: 'text' }]);
    expect(expandList({ kind: 'List', items: [null] })).toEqual([{ path: ['items', 0], raw: null }]);
  });
});
