import { sortedMap } from '../collections/index.js';
import { displayRef } from '../resources/index.js';
import { groupOf, groupsUnder, type HostnameGroup, type ListenerGroups } from './hostname-groups.js';
import { coveringDomains, covers, EVERY_HOST, intersect, type Domain } from './hostnames.js';
import { keepEqual, keepList, keepObject } from './keep.js';
import { isUnconditional } from './matches.js';
import { NO_FILTERS, type ListenerFilters, type RuleEntry, type VirtualHostModel } from './model.js';
import { joined, reachable } from './ranked-rules.js';

/** A served listener and the hosts it answers for among those of its port. */
export interface ListenerPlan {
  readonly name: string;
  readonly host: Domain;
  readonly filters: ListenerFilters;
  /**
   * Hosts of other listeners of the port within its own. What they cover is theirs (listener isolation), even while one of them is not served:
   * its hosts would reach this one, which has nothing for them.
   */
  readonly others: readonly Domain[];
  /** Those of them that are served over other connections, sorted: a request for one of them is misdirected. */
  readonly foreign: readonly Domain[];
  /** Hosts of listeners that are not served, which this one answers for with nothing: domain to name of the listener. */
  readonly empty: readonly (readonly [domain: Domain, listener: string])[];
}

/** The domains of a listener's virtual hosts. Its own hostname always has one. */
export function domainsOf(listener: ListenerPlan, groups: ListenerGroups | undefined): readonly Domain[] {
  const domains = new Set([listener.host]);
  for (const { hostname } of groups?.values() ?? [])
    if (covers(listener.host, hostname)) domains.add(hostname);
  return withoutOthers(listener, domains);
}

/** The domains whose virtual hosts may differ from what they were with `before`: a wildcard reaches all that it covers. */
export function domainsTouched(
  listener: ListenerPlan,
  before: ListenerGroups | undefined,
  after: ListenerGroups = sortedMap(),
): readonly Domain[] {
  const domains = new Set<Domain>();
  for (const change of after.changesSince(before)) {
    const hostname = (change.after ?? change.before)?.hostname;
    const domain = hostname === undefined ? undefined : intersect(listener.host, hostname);
    if (domain === undefined) continue;
    domains.add(domain);
    if (domain.startsWith(EVERY_HOST))
      for (const narrower of groupsUnder(after, domain)) domains.add(narrower.hostname);
  }
  return withoutOthers(listener, domains);
}

function withoutOthers({ host, others }: ListenerPlan, domains: ReadonlySet<Domain>): readonly Domain[] {
  if (others.length === 0) return [...domains];
  const owned = new Set(others);
  return [...domains].filter(
    (domain) => domain === host || !coveringDomains(domain).some((wide) => owned.has(wide)),
  );
}

/** The virtual host of one of a listener's domains; undefined: nothing names it (any more). What did not change keeps its identity. */
export function virtualHostOf(
  domain: Domain,
  listener: ListenerPlan,
  groups: ListenerGroups | undefined,
  previous: VirtualHostModel | undefined,
): VirtualHostModel | undefined {
  if (domain !== listener.host && groupOf(groups, domain) === undefined) return undefined;
  const covering = coveringDomains(domain).flatMap((hostname) => groupOf(groups, hostname) ?? []);
  const rules = keepList(previous?.rules, rulesOf(covering));
  const filters = keepEqual(previous?.filters, listener.filters);
  const foreign = keepList(previous?.foreign, foreignIn(domain, listener));
  return keepObject(previous, { domain, listener: listener.name, filters, foreign, rules });
}

const NO_DOMAINS: readonly Domain[] = [];

/** All of the listener's where there is one, so that what is made of them is made once. */
function foreignIn(domain: Domain, { foreign }: ListenerPlan): readonly Domain[] {
  const reaches = domain.startsWith(EVERY_HOST) && foreign.some((each) => covers(domain, each));
  return reaches ? foreign : NO_DOMAINS;
}

/**
 * Takes the hosts that are not the listener's, over a connection that its server name chose: 421 for those that another one of the port answers for, 404 for all
 * others. Undefined: there is no other listener, or its own takes every host.
 * @param domains of the port: {@link PortPlan.domains}
 */
export function strangersOf(
  { name, host }: ListenerPlan,
  domains: readonly Domain[],
  previous: VirtualHostModel | undefined,
): VirtualHostModel | undefined {
  if (host === EVERY_HOST || domains.length === 0) return undefined;
  const rules = keepList(previous?.rules, []);
  // Whoever came to the wrong listener has none of its filters to pass: nothing is served.
  return keepObject(previous, {
    domain: EVERY_HOST,
    listener: name,
    filters: NO_FILTERS,
    foreign: domains,
    rules,
  });
}

/**
 * Envoy picks one virtual host and never falls back, so each also takes the wider routes of the same listener (DESIGN D18): the route's own
 * hostname counts first, then the matches; nothing stands behind a rule that no request can miss. A route that reaches the host by several
 * hostnames counts by the most specific.
 * @param groups from the most specific hostname to the widest
 */
function rulesOf(groups: readonly HostnameGroup[]): readonly RuleEntry[] {
  const pieces: (readonly RuleEntry[])[] = [];
  for (const [i, group] of groups.entries()) {
    const rules = rulesWithout(group, routesAlsoIn(groups.slice(0, i), group));
    pieces.push(rules);
    const last = rules.at(-1);
    if (last !== undefined && isUnconditional(last.match)) break;
  }
  return joined(pieces);
}

function routesAlsoIn(earlier: readonly HostnameGroup[], { plural }: HostnameGroup): ReadonlySet<string> {
  const names = earlier.flatMap((other) => {
    const [few, many] = other.plural.size < plural.size ? [other.plural, plural] : [plural, other.plural];
    return [...few.keys()].filter((name) => many.has(name));
  });
  return new Set(names);
}

function rulesWithout({ rules }: HostnameGroup, routes: ReadonlySet<string>): readonly RuleEntry[] {
  if (routes.size === 0) return rules.rules.slice(0, reachable(rules));
  const rest = rules.rules.filter(({ route }) => !routes.has(displayRef(route)));
  const end = rest.findIndex(({ match }) => isUnconditional(match));
  return end === -1 ? rest : rest.slice(0, end + 1);
}
