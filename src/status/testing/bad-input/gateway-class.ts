import { GATEWAY_API, object, type BadInput } from './bad-input.js';

const gatewayClass =
  (spec: string) =>
  (name: string): string =>
    object(GATEWAY_API, 'GatewayClass', name, `spec: ${spec}`).replace(', namespace: default', '');

export const GATEWAY_CLASSES: readonly BadInput[] = [
  {
    is: 'with parameters of an unknown kind',
    yaml: gatewayClass(
      '{ controllerName: windlass.io/gateway-controller, parametersRef: { group: x.test, kind: Odd, name: a } }',
    ),
    expected: { says: ['GatewayClass Accepted False InvalidParameters'] },
  },
  {
    is: 'whose controller is no domain with a path',
    yaml: gatewayClass('{ controllerName: windlass }'),
    expected: { refused: 'spec.controllerName' },
  },
];
