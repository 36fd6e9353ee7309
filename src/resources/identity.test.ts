import { describe, expect, it } from '@jest/globals';
import { sameForUs } from './identity.js';
import type { KubeObject } from './object.js';

const BEFORE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', uid: '1', resourceVersion: '1', labels: { x: 'y' } },
  spec: { ports: [{ port: 80 }] },
};

function after(change: object, metadata: object = {}): KubeObject {
  return { ...BEFORE, ...change, metadata: { ...BEFORE.metadata, ...metadata } };
}

describe('two states of an object', () => {
  it.each([
    ['nothing', after({})],
    ['the order of fields', { spec: { ports: [{ port: 80 }] }, ...after({}) }],
    ['resourceVersion', after({}, { resourceVersion: '2' })],
    ['managedFields', after({}, { managedFields: [{ manager: 'x' }] })],
    ['status', after({ status: { loadBalancer: {} } })],
  ])('are the same when %s differs', (_what, changed) => {
    expect(sameForUs(BEFORE, changed)).toBe(true);
    expect(sameForUs(changed, BEFORE)).toBe(true);
  });

  it.each([
    ['uid', after({}, { uid: '2' })],
    ['generation', after({}, { generation: 2 })],
    ['a label', after({}, { labels: { x: 'z' } })],
    ['an added label', after({}, { labels: { x: 'y', z: '' } })],
    ['the spec', after({ spec: { ports: [{ port: 81 }] } })],
    ['an added entry', after({ spec: { ports: [{ port: 80 }, { port: 81 }] } })],
    ['an added field', after({ data: {} })],
    ['a field named status further inside', after({ spec: { ports: [{ port: 80 }], status: 1 } })],
  ])('are not the same when %s differs', (_what, changed) => {
    expect(sameForUs(BEFORE, changed)).toBe(false);
    expect(sameForUs(changed, BEFORE)).toBe(false);
  });
});
