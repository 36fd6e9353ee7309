import { describe, expect, it } from '@jest/globals';
import { bundleOf } from './bundle.js';

const crd = (version?: string, channel = 'standard') => ({
  metadata: {
    name: 'gateways.gateway.networking.k8s.io',
    annotations: {
      'gateway.networking.k8s.io/channel': channel,
      ...(version !== undefined && { 'gateway.networking.k8s.io/bundle-version': version }),
    },
  },
});

describe('what is installed of Gateway API', () => {
  it('is nothing without CRDs', () => {
    expect(bundleOf([])).toBeUndefined();
  });

  it('is every version that a CRD names, the oldest first, and the wider channel', () => {
    expect(bundleOf([crd('v1.10.0'), crd('v1.9.0', 'experimental'), crd('v1.10.0')])).toEqual({
      version: 'v1.9.0',
      versions: ['v1.9.0', 'v1.10.0'],
      channel: 'experimental',
    });
  });

  it('is unknown as soon as one CRD does not say', () => {
    expect(bundleOf([crd('v1.7.0'), crd()])?.versions).toEqual(['', 'v1.7.0']);
  });
});
