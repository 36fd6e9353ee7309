import { displayRef, refOf, type ObjectRef, type TelemetryPolicy } from '../resources/index.js';
import type { Memo, Reads } from '../store/index.js';
import { classVerdict, type ClassOptions } from './gateway-classes.js';
import type { Refusal } from './model.js';
import type { AncestorModel, PolicyModel } from './policy-model.js';
import { refusal, verdictOf } from './refusals.js';
import { telemetryPoliciesOf, type TelemetrySettings } from './telemetry.js';

/**
 * A policy with one ancestor for each Gateway that it targets and that is ours, or nobody's because it does not exist. Undefined: others' business.
 * Source: Gateway API, XTelemetryPolicy: `status.ancestors` are the Gateways of `spec.targetRefs`.
 */
export function telemetryPolicyModel(
  policy: TelemetryPolicy,
  reads: Reads,
  settings: Memo<TelemetryPolicy, TelemetrySettings>,
  options: ClassOptions,
): PolicyModel<TelemetryPolicy> | undefined {
  const { accepted, resolvedRefs, omitted } = settings(policy, reads);
  const namespace = policy.metadata.namespace ?? '';
  const ancestors = new Map<string, AncestorModel>();
  for (const [index, { group, kind, name }] of policy.spec.targetRefs.entries()) {
    const ancestor: ObjectRef = { group, kind, namespace, name };
    const refusals = targetRefusals(policy, ancestor, `spec.targetRefs[${index}]`, reads, options);
    const key = `${group} ${kind} ${name}`;
    if (refusals === undefined || ancestors.has(key)) continue;
    const verdict = verdictOf([...refusals, ...(accepted.accepted ? [] : [accepted])]);
    const isInForce = verdict.accepted && omitted !== undefined;
    ancestors.set(key, { ancestor, accepted: verdict, resolvedRefs, ...(isInForce && { omitted }) });
  }
  return ancestors.size === 0 ? undefined : { policy, ancestors: [...ancestors.values()] };
}

/** Why the policy is not in force on a target; undefined: the target is not ours. */
function targetRefusals(
  policy: TelemetryPolicy,
  target: ObjectRef,
  at: string,
  reads: Reads,
  options: ClassOptions,
): readonly Refusal[] | undefined {
  if (target.group !== 'gateway.networking.k8s.io' || target.kind !== 'Gateway') {
    const kind = target.group === '' ? target.kind : `${target.kind}.${target.group}`;
    return [refusal('Invalid', `a target of kind ${kind} is not supported; Gateway is`, at)];
  }
  const gateway = reads.get('Gateway', target.namespace, target.name);
  if (gateway === undefined) {
    return [refusal('TargetNotFound', `${displayRef(target)} does not exist`, at)];
  }
  if (classVerdict(gateway, reads, options) === undefined) return undefined;
  const [first = policy] = telemetryPoliciesOf(gateway, reads);
  if (first.metadata.name === policy.metadata.name) return [];
  return [refusal('Conflicted', `${displayRef(refOf(first))} has the same target and takes precedence`, at)];
}
