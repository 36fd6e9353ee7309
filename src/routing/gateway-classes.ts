import type { Gateway, GatewayClass, GatewayParametersSpec } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { ACCEPTED, type GatewayClassModel, type Verdict } from './model.js';
import { classParameters, isRefusal, NO_PARAMETERS } from './parameters.js';

// Source: Gateway API, GatewayClass: a class of another controller is not ours to touch.

export interface ClassOptions {
  readonly controllerName: string;
  readonly gatewayClassName: string;
  readonly implicitClass: boolean;
}

export function gatewayClassModel(gatewayClass: GatewayClass, reads: Reads): GatewayClassModel {
  const parameters = classParameters(gatewayClass, reads);
  return { gatewayClass, accepted: isRefusal(parameters) ? parameters : ACCEPTED };
}

/** What the class of a Gateway says. */
export interface ClassVerdict {
  readonly accepted: Verdict;
  /** How the proxies of its Gateways are run; undefined: it is refused. */
  readonly parameters: GatewayParametersSpec | undefined;
}

/** Undefined: the Gateway is not ours. */
export function classVerdict(
  gateway: Gateway,
  reads: Reads,
  options: ClassOptions,
): ClassVerdict | undefined {
  const name = gateway.spec.gatewayClassName;
  const gatewayClass = reads.get('GatewayClass', '', name);
  if (gatewayClass === undefined)
    return options.implicitClass && name === options.gatewayClassName
      ? { accepted: ACCEPTED, parameters: NO_PARAMETERS }
      : undefined;
  if (gatewayClass.spec.controllerName !== options.controllerName) return undefined;
  const parameters = classParameters(gatewayClass, reads);
  return isRefusal(parameters)
    ? { accepted: parameters, parameters: undefined }
    : { accepted: ACCEPTED, parameters };
}
