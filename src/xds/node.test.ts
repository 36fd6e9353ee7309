import { describe, expect, it } from '@jest/globals';
import { isTooOld, OLDEST_ENVOY } from './node.js';

const node = (version: string | undefined) => ({ id: 'envoy', version });

describe('the oldest version that is served', () => {
  it.each(['1.39.9', '0.99.0', '1.9.0'])('is not %s', (version) => {
    expect(isTooOld(node(version), OLDEST_ENVOY)).toBe(true);
  });

  it.each(['1.40.0', '1.40.1', '1.41.0', '2.0.0', undefined])('allows %s', (version) => {
    expect(isTooOld(node(version), OLDEST_ENVOY)).toBe(false);
  });
});
