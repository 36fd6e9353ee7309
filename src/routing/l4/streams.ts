import { sortedMap, type Edit } from '../../collections/index.js';
import { coveringDomains, covers, type Domain } from '../hostnames.js';
import { keepEqual, keepObject } from '../keep.js';
import type { ListenerModel } from '../model.js';
import type { ListenerPlan } from '../virtual-hosts.js';
import { firstRule, type L4Groups, type ListenerRules } from './l4-groups.js';
import type { ChainModel, StreamModel } from './l4-model.js';

/** A served listener of protocol TLS, TCP or UDP before its routes are known. */
export interface StreamPlan extends Pick<StreamModel, 'protocol'> {
  /** Whether it ends TLS. */
  readonly terminates: boolean;
  readonly listener: ListenerPlan;
}

/** What a listener's chains were made of. */
export interface StreamSource {
  readonly plan: StreamPlan;
  readonly groups: L4Groups;
  readonly stream: StreamModel;
}

/** Where the plan is as it was, only domains whose routes changed are looked at. */
export function streamOf(
  plan: StreamPlan,
  { certificates, clientValidation }: Pick<ListenerModel, 'certificates' | 'clientValidation'>,
  groups: L4Groups,
  previous: StreamSource | undefined,
): StreamModel {
  const { name } = plan.listener;
  const rules = groups.get(name);
  const known = previous?.plan === plan ? previous : undefined;
  const before = previous?.stream.chains;
  const domains =
    known === undefined
      ? domainsOf(plan.listener, rules)
      : domainsTouched(plan.listener, rules, known.groups.get(name));
  const edits = [...domains].map((domain): Edit<ChainModel> => [
    domain,
    chainOf(domain, plan, rules, before?.get(domain)),
  ]);
  const gone =
    known === undefined ? [...(before?.keys() ?? [])].filter((domain) => !domains.has(domain)) : [];
  const chains = (before ?? sortedMap<ChainModel>()).edit([
    ...edits,
    ...gone.map((domain) => [domain, undefined] as const),
  ]);
  const names = plan.terminates ? certificates.map((each) => each.name) : undefined;
  return keepObject(previous?.stream, {
    listener: name,
    protocol: plan.protocol,
    certificates: keepEqual(previous?.stream.certificates, names),
    clientValidation: keepEqual(
      previous?.stream.clientValidation,
      plan.terminates ? clientValidation : undefined,
    ),
    chains,
  });
}

/** Its own hostname always has a chain: without a route nobody else may get its connections. So have those of listeners that are not served. */
function domainsOf({ host, empty }: ListenerPlan, rules: ListenerRules | undefined): ReadonlySet<Domain> {
  const named = [...(rules?.values() ?? [])].map(({ hostname }) => hostname);
  return new Set([host, ...empty.map(([domain]) => domain), ...named.filter((each) => covers(host, each))]);
}

/** A hostname wider than the listener's own concerns none but that. */
function domainsTouched(
  { host }: ListenerPlan,
  after: ListenerRules = sortedMap(),
  before: ListenerRules | undefined,
): ReadonlySet<Domain> {
  const hostnames = after.changesSince(before).flatMap((change) => {
    const hostname = (change.after ?? change.before)?.hostname;
    return hostname === undefined ? [] : [hostname];
  });
  return new Set(hostnames.map((hostname) => (covers(host, hostname) ? hostname : host)));
}

/** The route's own hostname decides, the most specific first (DESIGN D18). Undefined: nothing names the domain, or it is another listener's. */
function chainOf(
  domain: Domain,
  { protocol, terminates, listener: { host, others, empty } }: StreamPlan,
  rules: ListenerRules | undefined,
  previous: ChainModel | undefined,
): ChainModel | undefined {
  const isOthers = domain !== host && others.some((other) => covers(other, domain));
  if (isOthers) {
    return empty.some(([refused]) => refused === domain)
      ? keepEqual(previous, { domain, target: undefined })
      : undefined;
  }
  if (domain !== host && firstRule(rules, domain) === undefined) return undefined;
  const rule = coveringDomains(domain)
    .map((hostname) => firstRule(rules, hostname))
    .find((found) => found !== undefined);
  const target = terminates || protocol === 'TCP' ? rule?.ended : rule?.passed;
  return keepEqual(previous, { domain, target });
}
