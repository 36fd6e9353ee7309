import type { Gateway, GatewayClass, GatewayParametersSpec } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

// How a Gateway's proxies are to be run: the object that its class names, and the one that it names itself. Source: Gateway API,
// GatewayClassSpec.parametersRef, GatewayInfrastructure.parametersRef.

const GROUP = 'windlass.io';
const KIND = 'GatewayParameters';

/** Without parametersRef nothing is said. */
export const NO_PARAMETERS: GatewayParametersSpec = {};

/** Of a class, which has no namespace: its reference must name one. */
export function classParameters(gatewayClass: GatewayClass, reads: Reads): GatewayParametersSpec | Refusal {
  const ref = gatewayClass.spec.parametersRef;
  if (ref === undefined) return NO_PARAMETERS;
  const at = 'spec.parametersRef';
  if (isOfOurKind(ref) && ref.namespace === undefined)
    return refusal('InvalidParameters', `${KIND} ${ref.name}: a namespace must be given`, at);
  return named(ref, ref.namespace ?? '', reads, at);
}

/** Of the Gateway itself, beside it. */
export function ownParameters({ metadata, spec }: Gateway, reads: Reads): GatewayParametersSpec | Refusal {
  const ref = spec.infrastructure?.parametersRef;
  return ref === undefined
    ? NO_PARAMETERS
    : named(ref, metadata.namespace ?? '', reads, 'spec.infrastructure.parametersRef');
}

function named(
  ref: { readonly group: string; readonly kind: string; readonly name: string },
  namespace: string,
  reads: Reads,
  at: string,
): GatewayParametersSpec | Refusal {
  if (!isOfOurKind(ref))
    return refusal(
      'InvalidParameters',
      `parameters of kind ${ref.kind}${ref.group === '' ? '' : ` (${ref.group})`} are not supported; use ${KIND} (${GROUP})`,
      at,
    );
  const found = reads.get(KIND, namespace, ref.name);
  return found?.spec ?? refusal('InvalidParameters', `${KIND} ${namespace}/${ref.name} does not exist`, at);
}

function isOfOurKind({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  return group === GROUP && kind === KIND;
}

export function isRefusal(answer: GatewayParametersSpec | Refusal): answer is Refusal {
  return 'accepted' in answer;
}

/**
 * What the Gateway says over what its class says, field by field; lists count as a whole, but for patches: those of the class come first. Of fields that
 * exclude each other the class's is dropped.
 */
export function mergedParameters(
  ofClass: GatewayParametersSpec,
  own: GatewayParametersSpec,
): GatewayParametersSpec {
  if (own === NO_PARAMETERS) return ofClass;
  if (ofClass === NO_PARAMETERS) return own;
  const { minAvailable: _min, maxUnavailable: _max, ...budget } = ofClass.podDisruptionBudget ?? {};
  const { replicas: _replicas, ...withoutReplicas } = ofClass;
  const saysAmount =
    own.podDisruptionBudget?.minAvailable !== undefined ||
    own.podDisruptionBudget?.maxUnavailable !== undefined;
  const { autoscaling: _autoscaling, ...withoutAutoscaling } = ofClass;
  const left: GatewayParametersSpec = own.autoscaling
    ? withoutReplicas
    : own.replicas === undefined
      ? ofClass
      : withoutAutoscaling;
  const patches = [...(ofClass.patches ?? []), ...(own.patches ?? [])];
  const merged = merge(
    saysAmount && ofClass.podDisruptionBudget ? { ...left, podDisruptionBudget: budget } : left,
    own,
  ) as GatewayParametersSpec;
  return patches.length > 0 ? { ...merged, patches } : merged;
}

function merge(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above))
    merged[key] = Object.hasOwn(below, key) ? merge(below[key], value) : value;
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
