import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import type { BackendTlsPolicy, ObjectRef } from '../resources/index.js';
import type { ServiceTls } from './backend-tls-model.js';
import { keepEqual } from './keep.js';
import type { Refusal } from './model.js';
import type { AncestorModel, PolicyModel } from './policy-model.js';
import { refusal, verdictOf } from './refusals.js';
import type { Tally } from './tally.js';

type TlsPolicyModel = PolicyModel<BackendTlsPolicy>;

/** A Gateway and what its routes may send to. */
export interface GatewayServices {
  readonly gateway: ObjectRef;
  readonly services: Tally;
  readonly xBackends: Tally;
}

/** PolicyStatus.ancestors holds so many. A policy is in force on further Gateways all the same; it is only not told there. */
const MOST_ANCESTORS = 16;

/** The BackendTLSPolicies of each XBackend that some target, by `namespace/name`. GEP-4894: none may. */
type Misplaced = SortedMap<SortedMap<BackendTlsPolicy>>;

export interface PolicyModels {
  readonly services: SortedMap<ServiceTls>;
  readonly gateways: SortedMap<GatewayServices>;
  readonly misplaced: Misplaced;
  /** By `namespace/name`; those without an ancestor are left out. */
  readonly models: SortedMap<TlsPolicyModel>;
}

/** Looks at the policies of Services that changed, or came to or left a Gateway. @param services by `namespace/name` */
export function policyModels(
  services: SortedMap<ServiceTls>,
  gateways: SortedMap<GatewayServices>,
  misplaced: Misplaced,
  previous: PolicyModels | undefined,
): PolicyModels {
  const sources = { services, gateways, misplaced };
  if (previous?.services === services && previous.gateways === gateways && previous.misplaced === misplaced)
    return previous;
  const changed = new Map<string, BackendTlsPolicy | undefined>();
  const notePolicy = (policy: BackendTlsPolicy, isThere: boolean): void => {
    const { namespace = '', name } = policy.metadata;
    const key = `${namespace}/${name}`;
    changed.set(key, isThere ? policy : changed.get(key));
  };
  const note = (tls: ServiceTls | undefined, isThere: boolean): void => {
    for (const { policy } of tls?.policies ?? []) notePolicy(policy, isThere);
  };
  for (const { before, after } of services.changesSince(previous?.services)) {
    note(before, false);
    note(after, true);
  }
  for (const { before, after } of misplaced.changesSince(previous?.misplaced)) {
    for (const policy of before?.values() ?? []) notePolicy(policy, false);
    for (const policy of after?.values() ?? []) notePolicy(policy, true);
  }
  for (const { before, after } of gateways.changesSince(previous?.gateways)) {
    for (const each of (after?.xBackends ?? sortedMap<number>()).changesSince(before?.xBackends))
      for (const policy of misplaced.get(each.key)?.values() ?? []) notePolicy(policy, true);
    for (const each of (after?.services ?? sortedMap<number>()).changesSince(before?.services))
      if (each.before === undefined || each.after === undefined) note(services.get(each.key), true);
  }
  const models = previous?.models ?? sortedMap<TlsPolicyModel>();
  const edits = [...changed].map(([key, policy]): Edit<TlsPolicyModel> => [
    key,
    modelOf(policy ?? models.get(key)?.policy, sources, models.get(key)),
  ]);
  return { ...sources, models: models.edit(edits) };
}

function modelOf(
  named: BackendTlsPolicy | undefined,
  { services, gateways, misplaced }: Omit<PolicyModels, 'models'>,
  previous: TlsPolicyModel | undefined,
): TlsPolicyModel | undefined {
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
  const strays = named.spec.targetRefs.flatMap(({ kind, name }, index) => {
    const xBackend = `${namespace}/${name}`;
    const own = kind === 'XBackend' ? misplaced.get(xBackend)?.get(named.metadata.name) : undefined;
    return own === undefined ? [] : [{ xBackend, own, fault: strayed(xBackend, index) }];
  });
  const ancestors = [...gateways.values()]
    .flatMap(({ gateway, services: used, xBackends }): readonly AncestorModel[] => {
      const here = targets.filter(({ service }) => used.has(service)).map(({ own }) => own);
      const faults = strays.filter(({ xBackend }) => xBackends.has(xBackend)).map(({ fault }) => fault);
      if (here.length === 0 && faults.length === 0) return [];
      return [
        {
          ancestor: gateway,
          accepted: verdictOf([...refusalsOf(here.map(({ accepted }) => accepted)), ...faults]),
          resolvedRefs: verdictOf(refusalsOf(here.map(({ resolvedRefs }) => resolvedRefs))),
        },
      ];
    })
    .slice(0, MOST_ANCESTORS);
  const policy = targets[0]?.own.policy ?? strays[0]?.own;
  return policy === undefined || ancestors.length === 0
    ? undefined
    : keepEqual(previous, { policy, ancestors });
}

function strayed(xBackend: string, index: number): Refusal {
  const message = `XBackend ${xBackend} says itself how it is spoken to, in spec.tls; no policy may target it`;
  return refusal('Invalid', message, `spec.targetRefs[${index}]`);
}

function refusalsOf(verdicts: readonly AncestorModel['accepted'][]): readonly Refusal[] {
  const refused = verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict]));
  return [...new Map(refused.map((each) => [`${each.at} ${each.message}`, each])).values()];
}
