import { describe, expect, it } from '@jest/globals';
import { holderOf } from './claims.js';

const claim = (address: string) => [{ fleet: 'default/a', address, port: 80, transport: 'tcp' as const }];

describe('a claim on an address and port', () => {
  it('is held against other fleets, not against its own', () => {
    expect(holderOf(claim('127.0.0.1'), 'default/b', '127.0.0.1', 80)).toBe('default/a');
    expect(holderOf(claim('127.0.0.1'), 'default/a', '127.0.0.1', 80)).toBeUndefined();
  });

  it('is for one port and one address', () => {
    expect(holderOf(claim('127.0.0.1'), 'default/b', '127.0.0.1', 81)).toBeUndefined();
    expect(holderOf(claim('127.0.0.1'), 'default/b', '127.0.0.2', 80)).toBeUndefined();
  });

  it('on the unspecified address takes every address of the family, in both directions', () => {
    expect(holderOf(claim('0.0.0.0'), 'default/b', '127.0.0.2', 80)).toBe('default/a');
    expect(holderOf(claim('127.0.0.2'), 'default/b', '0.0.0.0', 80)).toBe('default/a');
    expect(holderOf(claim('0.0.0.0'), 'default/b', '::1', 80)).toBeUndefined();
    expect(holderOf(claim('::'), 'default/b', '::1', 80)).toBe('default/a');
  });
});
