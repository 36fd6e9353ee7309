import { describe, expect, it } from '@jest/globals';
import { identityOf, isAlive, parseStat } from './process-identity.js';

describe('the identity of a process', () => {
  it('is the same as long as it lives', () => {
    expect(identityOf(process.pid)).toEqual(identityOf(process.pid));
    expect(isAlive({ pid: process.pid, startTime: identityOf(process.pid)?.startTime ?? '' })).toBe(true);
  });

  it('is not that of a later process with the same pid', () => {
    expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
  });

  const fields = (state: string, name = 'envoy') =>
    `7 (${name}) ${state} ${Array.from({ length: 40 }, (_, i) => i + 4).join(' ')}`;

  it('is read from field 22 whatever the name of the program', () => {
    expect(parseStat(fields('S'))).toBe('22');
    expect(parseStat(fields('S', 'a) S 1 (b c'))).toBe('22');
  });

  it('is nobody for a zombie', () => {
    expect(parseStat(fields('Z'))).toBeUndefined();
  });
});
