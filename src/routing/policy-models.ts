import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import { displayRef, refOf, type ObjectRef, type Policy, type TargetingKind } from '../resources/index.js';
import { keepEqual } from './keep.js';
import type { Refusal } from './model.js';
import type { AncestorModel, PolicyModel, Targeted } from './policy-model.js';
import { verdictOf } from './refusals.js';
import type { Tally } from './tally.js';

/** A Gateway and what its routes may send to. */
export interface GatewayServices extends Readonly<Record<TargetSort, Tally>> {
  readonly gateway: ObjectRef;
}

/** What policies target, each by `namespace/name`. */
const TARGET_KINDS = { services: 'Service', imports: 'ServiceImport', xBackends: 'XBackend' } as const;
type TargetSort = keyof typeof TARGET_KINDS;
const SORTS = Object.keys(TARGET_KINDS) as readonly TargetSort[];

export type Targets<P extends TargetingKind> = Readonly<Record<TargetSort, SortedMap<Targeted<P>>>>;

/** PolicyStatus.ancestors holds so many. A policy is in force on further Gateways all the same; it is only not told there. */
const MOST_ANCESTORS = 16;

/** Of policies of one purpose, which may be of several kinds. */
export interface PolicyModels<P extends TargetingKind> {
  readonly targets: Targets<P>;
  readonly gateways: SortedMap<GatewayServices>;
  /** By `Kind namespace/name`; those without an ancestor are left out. */
  readonly models: SortedMap<PolicyModel>;
}

/** Looks at the policies of targets that changed, or came to or left a Gateway. */
export function policyModels<P extends TargetingKind>(
  targets: Targets<P>,
  gateways: SortedMap<GatewayServices>,
  previous: PolicyModels<P> | undefined,
): PolicyModels<P> {
  const isSame = SORTS.every((sort) => previous?.targets[sort] === targets[sort]);
  if (previous?.gateways === gateways && isSame) return previous;
  const changed = new Map<string, P | undefined>();
  const note = (targeted: Targeted<P> | undefined, isThere: boolean): void => {
    for (const { policy } of targeted?.policies ?? []) {
      const key = displayRef(refOf(policy));
      changed.set(key, isThere ? policy : changed.get(key));
    }
  };
  for (const sort of SORTS) {
    for (const { before, after } of targets[sort].changesSince(previous?.targets[sort])) {
      note(before, false);
      note(after, true);
    }
    for (const { before, after } of gateways.changesSince(previous?.gateways)) {
      for (const each of (after?.[sort] ?? sortedMap<number>()).changesSince(before?.[sort]))
        if (each.before === undefined || each.after === undefined) note(targets[sort].get(each.key), true);
    }
  }
  const models = previous?.models ?? sortedMap<PolicyModel>();
  const edits = [...changed].map(([key, policy]): Edit<PolicyModel> => {
    const named = policy ?? models.get(key)?.policy;
    return [key, isTargeting(named) ? modelOf(named, targets, gateways, models.get(key)) : undefined];
  });
  return { targets, gateways, models: models.edit(edits) };
}

function isTargeting(policy: Policy | undefined): policy is TargetingKind {
  return policy !== undefined && policy.kind !== 'XBackend' && policy.kind !== 'XTelemetryPolicy';
}

function modelOf<P extends TargetingKind>(
  named: TargetingKind,
  targets: Targets<P>,
  gateways: SortedMap<GatewayServices>,
  previous: PolicyModel | undefined,
): PolicyModel | undefined {
  const aims = SORTS.flatMap((sort) => {
    const kind = TARGET_KINDS[sort];
    const names = named.spec.targetRefs.filter((ref) => ref.kind === kind).map(({ name }) => name);
    return [...new Set(names)].flatMap((name) => {
      const target = `${named.metadata.namespace ?? ''}/${name}`;
      const own = targets[sort]
        .get(target)
        ?.policies.find(
          ({ policy }) => policy.kind === named.kind && policy.metadata.name === named.metadata.name,
        );
      return own === undefined ? [] : [{ sort, target, own }];
    });
  });
  const ancestors = [...gateways.values()]
    .flatMap((used): readonly AncestorModel[] => {
      const here = aims.filter(({ sort, target }) => used[sort].has(target)).map(({ own }) => own);
      if (here.length === 0) return [];
      return [
        {
          ancestor: used.gateway,
          accepted: verdictOf(refusalsOf(here.map(({ accepted }) => accepted))),
          resolvedRefs: verdictOf(refusalsOf(here.map(({ resolvedRefs }) => resolvedRefs))),
        },
      ];
    })
    .slice(0, MOST_ANCESTORS);
  const policy = aims[0]?.own.policy;
  return policy === undefined || ancestors.length === 0
    ? undefined
    : keepEqual(previous, { policy, ancestors });
}

function refusalsOf(verdicts: readonly AncestorModel['accepted'][]): readonly Refusal[] {
  const refused = verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict]));
  return [...new Map(refused.map((each) => [`${each.at} ${each.message}`, each])).values()];
}
