import { displayRef, refOf } from '../resources/index.js';
import { clustersOfRule, type GatewayModel, type RuleEntry } from '../routing/index.js';
import type { Conviction } from './acknowledgements.js';

type Owner = Conviction['owner'];

/**
 * The convictions, and for each of a Service or a Secret – which have no status of ours – one for every place that is not served as it says
 * without it: the rules that send requests or copies to the Service, the listeners that present the certificate.
 */
export function withImplicated(
  convictions: readonly Conviction[],
  model: GatewayModel,
): readonly Conviction[] {
  const clusters = new Set(convictions.flatMap(({ resource }) => clusterOf(resource) ?? []));
  const rules = rulesByCluster(clusters, model);
  return convictions.flatMap((conviction) => {
    const { resource } = conviction;
    const cluster = clusterOf(resource);
    const owners =
      cluster === undefined ? listenersWith(resource, model) : (rules.get(cluster)?.values() ?? []);
    return [conviction, ...[...owners].map((owner) => ({ ...conviction, owner }))];
  });
}

/** The cluster that a resource is, or whose endpoints it is. */
function clusterOf(resource: string): string | undefined {
  const [type = '', name] = resource.split(' ');
  return ['cluster', 'endpoints'].includes(type) ? name : undefined;
}

function listenersWith(resource: string, { gateway, listeners }: GatewayModel): readonly Owner[] {
  return listeners
    .filter(({ certificates }) => certificates.some(({ name }) => resource === `secret ${name}`))
    .map(({ name }) => ({ object: displayRef(refOf(gateway)), at: name }));
}

/** All rules are looked at once, and only when there is a cluster to look for: every report asks for as long as a conviction lasts. */
function rulesByCluster(
  clusters: ReadonlySet<string>,
  { fleet }: GatewayModel,
): ReadonlyMap<string, ReadonlyMap<string, Owner>> {
  const found = new Map<string, Map<string, Owner>>();
  if (clusters.size === 0) return found;
  const look = (entry: RuleEntry): void => {
    for (const { name } of clustersOfRule(entry)) {
      if (!clusters.has(name)) continue;
      const owner = { object: displayRef(entry.route), at: `rules[${entry.rule}]` };
      const owners = found.get(name) ?? new Map<string, Owner>();
      found.set(name, owners.set(`${owner.object} ${owner.at}`, owner));
    }
  };
  for (const { virtualHosts } of (fleet?.ports ?? []).flatMap(({ tables }) => tables))
    virtualHosts.forEach(({ rules }) => rules.forEach(look));
  return found;
}
