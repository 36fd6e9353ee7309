import { describe, expect, it } from '@jest/globals';
import type { GatewayClass } from '../resources/index.js';
import { BUILT_IN, gatewayClassSupportedVersion } from './conditions/gateway-class-supported-version.js';

const gatewayClass: GatewayClass = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'windlass', generation: 3 },
  spec: { controllerName: 'c' },
};
const of = (...versions: readonly string[]) =>
  gatewayClassSupportedVersion(
    { gatewayClass, accepted: { accepted: true } },
    { version: versions[0] ?? '', versions, channel: 'standard' },
  );

describe('SupportedVersion', () => {
  it('is what is built in for objects from files', () => {
    const made = gatewayClassSupportedVersion({ gatewayClass, accepted: { accepted: true } }, BUILT_IN);
    expect(made).toMatchObject({ status: 'True', message: 'objects are validated as Gateway API v1.7.0' });
  });

  it.each([['v1.1.0'], ['v1.7.0'], ['v1.7.2'], ['v1.6.0-rc.1']])('holds for CRDs of %s', (version) => {
    expect(of(version)).toMatchObject({ status: 'True', reason: 'SupportedVersion', observedGeneration: 3 });
  });

  it.each([['v1.0.0'], ['v1.8.0'], ['v2.1.0'], ['main']])(
    'does not hold for CRDs of %s, which it names',
    (version) => {
      expect(of('v1.7.0', version)).toMatchObject({
        status: 'False',
        reason: 'UnsupportedVersion',
        message: expect.stringContaining(version),
      });
    },
  );

  it('does not hold for CRDs that do not say, or that nobody could read', () => {
    for (const made of [of(''), of()]) {
      expect(made).toMatchObject({
        status: 'False',
        message: expect.stringMatching(/^CRDs that do not say/),
      });
    }
  });
});
