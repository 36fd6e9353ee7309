import { compareSpecificity, coveringDomains, covers, type Domain } from './hostnames.js';
import { isUnconditional } from './matches.js';
import type { RuleEntry, VirtualHostModel } from './model.js';
import { compareRanks } from './precedence.js';
import type { RankedEntry, ResolvedRoute } from './resolve-route.js';

/** What one hostname of one route brings to a virtual host. The same object as long as route and hostname are the same. */
export interface Contribution {
  readonly route: ResolvedRoute;
  readonly hostname: Domain;
}

/** What a listener's routes bring to it, by the intersection of the hostnames. */
export type ListenerContributions = ReadonlyMap<Domain, readonly Contribution[]>;

/** A virtual host before its rules are put in order. */
export interface HostPlan {
  readonly domain: Domain;
  readonly listener: string;
  readonly contributions: readonly Contribution[];
}

export interface PlannedListener {
  readonly name: string;
  readonly host: Domain;
  readonly contributions: ListenerContributions;
}

/** Who owns which hosts of a port. */
export interface PortOwners {
  readonly served: readonly Domain[];
  /** Host to name of listeners that are not served. */
  readonly refused: ReadonlyMap<Domain, string>;
}

/**
 * The virtual hosts of a listener. Its own hostname always has one. A domain that a more specific listener of the port owns is left
 * to that (listener isolation); if that is not served, its hosts would reach this one, which has nothing for them. Envoy picks one virtual host and never falls back, so each also takes the wider routes of the same
 * listener (DESIGN D18).
 */
export function planHosts(listener: PlannedListener, owners: PortOwners): readonly HostPlan[] {
  const domains = new Set([listener.host, ...listener.contributions.keys()]);
  const isNarrower = (host: Domain): boolean => host !== listener.host && covers(listener.host, host);
  const served = owners.served.filter(isNarrower);
  const refused = [...owners.refused].filter(([host]) => isNarrower(host));
  const narrower = [...served, ...refused.map(([host]) => host)];
  const plans: HostPlan[] = refused
    .filter(([host]) => !served.some((other) => covers(other, host)))
    .map(([domain, name]) => ({ domain, listener: name, contributions: [] }));
  for (const domain of domains) {
    if (narrower.some((host) => covers(host, domain))) continue;
    plans.push({
      domain,
      listener: listener.name,
      contributions: contributionsTo(domain, listener.contributions),
    });
  }
  return plans;
}

function contributionsTo(domain: Domain, all: ListenerContributions): readonly Contribution[] {
  const own = all.get(domain) ?? [];
  let result = own;
  for (const wider of coveringDomains(domain)) {
    const contributions = wider === domain ? undefined : all.get(wider);
    if (contributions !== undefined) result = [...result, ...contributions];
  }
  return result;
}

/**
 * Rules in order of precedence: the route's own hostname first, then the matches; nothing stands behind a rule that no request can
 * miss. A route that reaches the host by several hostnames counts by the most specific.
 */
export function assembleVirtualHost({ domain, listener, contributions }: HostPlan): VirtualHostModel {
  const byHostname = Map.groupBy(contributions, ({ hostname }) => hostname);
  const hostnames = [...byHostname.keys()].toSorted(compareSpecificity);
  const seen = new Set<ResolvedRoute>();
  const rules: RuleEntry[] = [];
  for (const hostname of hostnames) {
    const routes = (byHostname.get(hostname) ?? [])
      .map(({ route }) => route)
      .filter((route) => !seen.has(route));
    for (const route of routes) seen.add(route);
    for (const { entry } of inOrder(routes)) {
      rules.push(entry);
      if (isUnconditional(entry.match)) return { domain, listener, rules };
    }
  }
  return { domain, listener, rules };
}

function inOrder(routes: readonly ResolvedRoute[]): readonly RankedEntry[] {
  const [only] = routes;
  if (routes.length === 1 && only !== undefined) return only.entries;
  return [...new Set(routes)].flatMap(({ entries }) => entries).sort((a, b) => compareRanks(a.rank, b.rank));
}
