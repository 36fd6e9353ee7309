import { describe, expect, it } from '@jest/globals';
import { isAtLeast, parseVersion } from './version.js';

describe('the version of an Envoy', () => {
  it('is read from what it says', () => {
    expect(parseVersion('\n/bin/envoy  version: 9e55809/1.40.0/Clean/RELEASE/BoringSSL\n')).toBe('1.40.0');
    expect(parseVersion('/bin/envoy  version: 9e55809/1.41.0-dev/Modified/DEBUG/BoringSSL')).toBe('1.41.0');
    expect(parseVersion('GNU bash, version 5.2')).toBeUndefined();
  });

  it.each([
    ['1.40.0', true],
    ['1.40.1', true],
    ['1.41.0', true],
    ['2.0.0', true],
    ['1.39.9', false],
    ['1.9.0', false],
  ])('%s at least 1.40.0: %s', (version, expected) => {
    expect(isAtLeast(version, '1.40.0')).toBe(expected);
  });
});
