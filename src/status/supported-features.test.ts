import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
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

  it('are in ascending order, each once', () => {
    expect([...new Set(SUPPORTED_FEATURES)].sort()).toEqual([...SUPPORTED_FEATURES]);
  });

  it('are more in a cluster, where things are made for Gateways', () => {
    const told = supportedFeatures({ version: 'v1.7.0', versions: ['v1.7.0'], channel: 'standard' });
    expect(told).toEqual([...SUPPORTED_FEATURES, ...CLUSTER_FEATURES].toSorted());
  });

  it('have the names of the release that is installed', () => {
    const told = supportedFeatures({ version: 'v1.6.1', versions: ['v1.6.1'], channel: 'standard' });
    const former = ['GatewayInfrastructurePropagation', 'HTTPRouteRetry', 'HTTPRouteRetryBackendTimeout'];
    expect(told).toEqual(expect.arrayContaining(former));
    expect(told).not.toContain('HTTPRouteRetryCodes');
    expect(told).toEqual(told.toSorted());
  });
});
