import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import type { BackendTlsPolicy, ObjectRef } from '../resources/index.js';
import type { ServiceTls } from './backend-tls-model.js';
import { keepEqual } from './keep.js';
import type { Refusal } from './model.js';
import type { AncestorModel, PolicyModel } from './policy-model.js';
import { verdictOf } from './refusals.js';
import type { Tally } from './tally.js';

/** A Gateway and the Services that its routes may send to. */
export interface GatewayServices {
  readonly gateway: ObjectRef;
  readonly services: Tally;
}

/** PolicyStatus.ancestors holds so many. A policy is in force on further Gateways all the same; it is only not told there. */
const MOST_ANCESTORS = 16;

export interface PolicyModels {
  readonly services: SortedMap<ServiceTls>;
  readonly gateways: SortedMap<GatewayServices>;
  /** By `namespace/name`; those without an ancestor are left out. */
  readonly models: SortedMap<PolicyModel<BackendTlsPolicy>>;
}

/** Looks at the policies of Services that changed, or came to or left a Gateway. @param services by `namespace/name` */
export function policyModels(
  services: SortedMap<ServiceTls>,
  gateways: SortedMap<GatewayServices>,
  previous: PolicyModels | undefined,
): PolicyModels {
  if (previous?.services === services && previous.gateways === gateways) return previous;
  const changed = new Map<string, BackendTlsPolicy | undefined>();
  const note = (tls: ServiceTls | undefined, isThere: boolean): void => {
    for (const { policy } of tls?.policies ?? []) {
      const { namespace = '', name } = policy.metadata;
      const key = `${namespace}/${name}`;
      changed.set(key, isThere ? policy : changed.get(key));
    }
  };
  for (const { before, after } of services.changesSince(previous?.services)) {
    note(before, false);
    note(after, true);
  }
  for (const { before, after } of gateways.changesSince(previous?.gateways)) {
    for (const each of (after?.services ?? sortedMap<number>()).changesSince(before?.services))
      if (each.before === undefined || each.after === undefined) note(services.get(each.key), true);
  }
  const models = previous?.models ?? sortedMap<PolicyModel<BackendTlsPolicy>>();
  const edits = [...changed].map(([key, policy]): Edit<PolicyModel<BackendTlsPolicy>> => [
    key,
    modelOf(policy ?? models.get(key)?.policy, services, gateways, models.get(key)),
  ]);
  return { services, gateways, models: models.edit(edits) };
}

function modelOf(
  named: BackendTlsPolicy | undefined,
  services: SortedMap<ServiceTls>,
  gateways: SortedMap<GatewayServices>,
  previous: PolicyModel<BackendTlsPolicy> | undefined,
): PolicyModel<BackendTlsPolicy> | undefined {
  if (named === undefined) return undefined;
  const namespace = named.metadata.namespace ?? '';
  const targets = [
    ...new Set(
      named.spec.targetRefs
        .filter(({ group, kind }) => group === '' && kind === 'Service')
        .map(({ name }) => `${namespace}/${name}`),
    ),
  ].flatMap((service) => {
    const own = services
      .get(service)
      ?.policies.find(({ policy }) => policy.metadata.name === named.metadata.name);
    return own === undefined ? [] : [{ service, own }];
  });
  const ancestors = [...gateways.values()]
    .flatMap(({ gateway, services: used }): readonly AncestorModel[] => {
      const here = targets.filter(({ service }) => used.has(service)).map(({ own }) => own);
      if (here.length === 0) return [];
      return [
        {
          ancestor: gateway,
          accepted: verdictOf(refusalsOf(here.map(({ accepted }) => accepted))),
          resolvedRefs: verdictOf(refusalsOf(here.map(({ resolvedRefs }) => resolvedRefs))),
        },
      ];
    })
    .slice(0, MOST_ANCESTORS);
  const policy = targets[0]?.own.policy;
  return policy === undefined || ancestors.length === 0
    ? undefined
    : keepEqual(previous, { policy, ancestors });
}

function refusalsOf(verdicts: readonly AncestorModel['accepted'][]): readonly Refusal[] {
  const refused = verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict]));
  return [...new Map(refused.map((each) => [`${each.at} ${each.message}`, each])).values()];
}
