import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { gatewayClassStatus } from './gateway-class.js';
import { CLUSTER_FEATURES, SUPPORTED_FEATURES, supportedFeatures } from './supported-features.js';
import { all } from './testing/statuses.js';

const classes = `---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: ours }
spec: { controllerName: windlass.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: refused }
spec: { controllerName: windlass.io/gateway-controller, parametersRef: { group: a.test, kind: Odd, name: x } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: theirs }
spec: { controllerName: example.com/other }
`;

describe('the supported features of a GatewayClass', () => {
  it('are told on every class of ours, and on no other', () => {
    const told = all(given(classes)).map(({ ref, status }) => [
      ref.name,
      'supportedFeatures' in status ? status.supportedFeatures : undefined,
    ]);
    const features = SUPPORTED_FEATURES.map((name) => ({ name }));
    expect(told).toEqual([
      ['ours', features],
      ['refused', features],
    ]);
  });

  it('are more in a cluster', () => {
    const bundle = { version: 'v1.7.0', versions: ['v1.7.0'], channel: 'experimental' };
    const { gatewayClasses } = given(classes).model();
    for (const model of gatewayClasses) {
      const { status } = gatewayClassStatus(model, bundle);
      expect('supportedFeatures' in status && status.supportedFeatures).toEqual(
        supportedFeatures(true).map((name) => ({ name })),
      );
    }
    expect(supportedFeatures(true)).toEqual([...SUPPORTED_FEATURES, ...CLUSTER_FEATURES].sort());
  });

  it.each([true, false])('are in ascending order, each once, in a cluster: %s', (isInCluster) => {
    const told = supportedFeatures(isInCluster);
    expect([...new Set(told)].sort()).toEqual([...told]);
  });
});
