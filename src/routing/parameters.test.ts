import { describe, expect, it } from '@jest/globals';
import { mergedParameters, NO_PARAMETERS } from './parameters.js';
import { given } from './testing/given.js';

const gatewayClass = (ref = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: windlass }
spec: { controllerName: windlass.io/gateway-controller${ref} }
---`;
const gateway = (ref = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: 80, protocol: HTTP }]
${ref === '' ? '' : `  infrastructure: { parametersRef: ${ref} }`}
---`;
const parameters = (name: string, namespace: string, spec: string): string => `
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
---`;
const HOW = '{ group: windlass.io, kind: GatewayParameters, name: how }';
const ALL = ', parametersRef: { group: windlass.io, kind: GatewayParameters, name: all, namespace: system }';

describe('the parameters of a Gateway', () => {
  it('are nothing where nobody names any', () => {
    expect(given(gatewayClass() + gateway()).gateway().parameters).toEqual({});
  });

  it('are those of its class and its own, field by field', () => {
    const world = given(
      gatewayClass(ALL) +
        gateway(HOW) +
        parameters(
          'all',
          'system',
          '{ replicas: 3, service: { type: NodePort, annotations: { a: class } } }',
        ) +
        parameters('how', 'shop', '{ service: { annotations: { a: own, b: own } } }'),
    );
    expect(world.gateway().parameters).toEqual({
      replicas: 3,
      service: { type: 'NodePort', annotations: { a: 'own', b: 'own' } },
    });
    expect(world.gateway().accepted.accepted).toBe(true);
    world.change(parameters('all', 'system', '{ replicas: 4 }'));
    expect(world.gateway().parameters).toEqual({
      replicas: 4,
      service: { annotations: { a: 'own', b: 'own' } },
    });
  });

  it.each([
    ['that are not there', HOW, 'GatewayParameters shop/how does not exist'],
    [
      'of another kind',
      '{ group: a.test, kind: Odd, name: how }',
      'parameters of kind Odd (a.test) are not supported; use GatewayParameters (windlass.io)',
    ],
  ])('%s are refused, and come to count when that ends', (_, ref, message) => {
    const world = given(gatewayClass() + gateway(ref));
    expect(world.gateway()).toMatchObject({
      accepted: {
        accepted: false,
        reason: 'InvalidParameters',
        message,
        at: 'spec.infrastructure.parametersRef',
      },
      parameters: undefined,
    });
    world.change(gateway(HOW) + parameters('how', 'shop', '{ replicas: 1 }'));
    expect(world.gateway()).toMatchObject({ accepted: { accepted: true }, parameters: { replicas: 1 } });
  });

  it('of a class must be there, in a namespace that it names', () => {
    const world = given(gatewayClass(ALL) + gateway());
    const message = 'GatewayParameters system/all does not exist';
    expect(world.model().gatewayClasses[0]?.accepted).toMatchObject({ reason: 'InvalidParameters', message });
    expect(world.gateway()).toMatchObject({
      accepted: { reason: 'InvalidParameters' },
      parameters: undefined,
    });
    world.change(parameters('all', 'system', '{ replicas: 1 }'));
    expect(world.model().gatewayClasses[0]?.accepted).toEqual({ accepted: true });
    expect(world.gateway().parameters).toEqual({ replicas: 1 });
    world.change(gatewayClass(ALL.replace(', namespace: system', '')));
    expect(world.model().gatewayClasses[0]?.accepted).toMatchObject({
      message: 'GatewayParameters all: a namespace must be given',
    });
  });

  it('that could not be followed are told as such, and go on being tried', () => {
    const world = given(gatewayClass() + gateway(HOW) + parameters('how', 'shop', '{ replicas: 1 }'));
    const observation = { fleet: 'shop/edge', addresses: [], ports: {}, portOffset: 0 };
    world.observe({ ...observation, parametersRefusal: 'no such volume' });
    expect(world.gateway()).toMatchObject({
      accepted: { reason: 'InvalidParameters', message: 'no such volume' },
      parameters: { replicas: 1 },
    });
  });
});

describe('what proxies bind', () => {
  it('is not what they are reached by, where an observation says so; and is served before they are reached', () => {
    const world = given(gatewayClass() + gateway());
    const observation = { fleet: 'shop/edge', binds: ['0.0.0.0'], ports: {}, portOffset: 0 };
    world.observe({ ...observation, addresses: [] });
    expect(world.gateway()).toMatchObject({
      addressed: { accepted: false },
      fleet: { addresses: ['0.0.0.0'] },
    });
    const { fleet } = world.gateway();
    world.observe({ ...observation, addresses: ['192.0.2.1'] });
    expect(world.gateway()).toMatchObject({ addressed: { accepted: true }, addresses: ['192.0.2.1'] });
    expect(world.gateway().fleet).toBe(fleet);
  });
});

describe('merged parameters', () => {
  it('drop what the Gateway excludes', () => {
    expect(mergedParameters({ replicas: 3, logLevel: 'info' }, { autoscaling: {} })).toEqual({
      logLevel: 'info',
      autoscaling: {},
    });
    expect(mergedParameters({ autoscaling: {} }, { replicas: 3 })).toEqual({ replicas: 3 });
    expect(
      mergedParameters(
        { podDisruptionBudget: { enabled: true, minAvailable: 1 } },
        { podDisruptionBudget: { maxUnavailable: 1 } },
      ),
    ).toEqual({ podDisruptionBudget: { enabled: true, maxUnavailable: 1 } });
  });

  it('have lists as a whole, and patches of both', () => {
    const [a, b] = [
      { kind: 'Service', patch: { a: 1 } },
      { kind: 'Service', patch: { b: 1 } },
    ] as const;
    expect(
      mergedParameters(
        { patches: [a], pod: { env: [{ name: 'A' }] } },
        { patches: [b], pod: { env: [{ name: 'B' }] } },
      ),
    ).toEqual({ patches: [a, b], pod: { env: [{ name: 'B' }] } });
  });

  it('are those of one where the other says nothing', () => {
    const own = { replicas: 1 };
    expect(mergedParameters(NO_PARAMETERS, own)).toBe(own);
    expect(mergedParameters(own, NO_PARAMETERS)).toBe(own);
  });
});
