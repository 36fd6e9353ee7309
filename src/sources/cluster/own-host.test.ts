import { describe, expect, it } from '@jest/globals';
import { isOwnHost } from './own-host.js';

describe('an address of an endpoint', () => {
  it.each([
    ['127.0.0.1'],
    ['127.8.8.8'],
    ['0.0.0.0'],
    ['169.254.169.254'],
    ['224.0.0.1'],
    ['255.255.255.255'],
    ['::1'],
    ['::'],
    ['0:0:0:0:0:0:0:1'],
    ['::ffff:127.0.0.1'],
    ['::ffff:7f00:1'],
    ['fe80::1'],
    ['FE80::1'],
    ['ff02::1'],
    ['010.0.0.1'],
    ['a.example'],
    [''],
  ])('%s is none of another host', (address) => {
    expect(isOwnHost(address)).toBe(true);
  });

  it.each([
    ['10.0.0.1'],
    ['198.18.0.1'],
    ['12.7.0.1'],
    ['fd00::1'],
    ['2001:db8::1'],
    ['::ffff:10.0.0.1'],
    ['1::'],
  ])('%s may be another host', (address) => {
    expect(isOwnHost(address)).toBe(false);
  });
});
