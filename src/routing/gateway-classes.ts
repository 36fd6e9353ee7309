import type { Gateway, GatewayClass } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { ACCEPTED, type GatewayClassModel, type Verdict } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, GatewayClass: a class of another controller is not ours to touch.

export interface ClassOptions {
  readonly controllerName: string;
  readonly gatewayClassName: string;
  readonly implicitClass: boolean;
}

/** No kind of parameters exists yet, so every reference to one is invalid. */
export function gatewayClassModel(gatewayClass: GatewayClass): GatewayClassModel {
  const ref = gatewayClass.spec.parametersRef;
  const accepted =
    ref === undefined
      ? ACCEPTED
      : refusal(
          'InvalidParameters',
          `parameters of kind ${ref.kind} are not supported`,
          'spec.parametersRef',
        );
  return { gatewayClass, accepted };
}

/** The verdict on the class of a Gateway; undefined: the Gateway is not ours. */
export function classVerdict(gateway: Gateway, reads: Reads, options: ClassOptions): Verdict | undefined {
  const name = gateway.spec.gatewayClassName;
  const gatewayClass = reads.get('GatewayClass', '', name);
  if (gatewayClass === undefined)
    return options.implicitClass && name === options.gatewayClassName ? ACCEPTED : undefined;
  return gatewayClass.spec.controllerName === options.controllerName
    ? gatewayClassModel(gatewayClass).accepted
    : undefined;
}
