import { describe, expect, it } from '@jest/globals';
import { readLine } from './digest-line.js';

const DIGEST = {
  ...{ fleet: 'ns/gw', connected: 1, counted: 1 },
  accepted: { '': { generation: 3, count: 1 } },
  rejected: [{ type: 'routes', name: 'r', message: 'no', suspected: false }],
  convictions: [{ owner: { object: 'HTTPRoute ns/a', at: 'rule[0]' }, message: 'no', resource: 'routes r' }],
};

describe('a line of digests', () => {
  it('is read as it was written', () => {
    const line = { all: true, changed: [DIGEST], gone: ['ns/old'] };
    expect(readLine(JSON.stringify(line))).toEqual(line);
    expect(readLine('{}')).toEqual({ all: false, changed: [], gone: [] });
  });

  it('may say more than is known: the other may be of a later version', () => {
    expect(readLine(JSON.stringify({ changed: [{ ...DIGEST, later: 1 }], later: 2 }))?.changed).toHaveLength(
      1,
    );
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a digest without a fleet', JSON.stringify({ changed: [{ ...DIGEST, fleet: undefined }] })],
    ['a count that is none', JSON.stringify({ changed: [{ ...DIGEST, connected: -1 }] })],
    ['an acceptance that is none', JSON.stringify({ changed: [{ ...DIGEST, accepted: { '': 3 } }] })],
    ['a rejection that is none', JSON.stringify({ changed: [{ ...DIGEST, rejected: ['x'] }] })],
    ['a conviction that is none', JSON.stringify({ changed: [{ ...DIGEST, convictions: [{}] }] })],
    ['names that are none', JSON.stringify({ gone: [1] })],
  ])('is none if it is %s', (_what, text) => {
    expect(readLine(text)).toBeUndefined();
  });
});
