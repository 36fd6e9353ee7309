import { displayRef, refOf, type ObjectRef } from '../resources/index.js';
import {
  clustersOfRule,
  type BackendTls,
  type ClusterModel,
  type GatewayModel,
  type RuleEntry,
} from '../routing/index.js';
import type { Conviction } from './acknowledgements.js';

type Owner = Conviction['owner'];

/**
 * The convictions, and for each of a Service or a Secret – which have no status of ours – one for every place that is not served as it says
 * without it: the rules that send requests or copies to the Service or to one verified by the CAs, the listeners that present the certificate, verify
 * clients by the CAs, or ask the Service.
 */
export function withImplicated(
  convictions: readonly Conviction[],
  model: GatewayModel,
): readonly Conviction[] {
  const rules = rulesByResource(new Set(convictions.map(({ resource }) => resource)), model);
  return convictions.flatMap((conviction) => {
    const { resource } = conviction;
    const owners = [...listenersWith(resource, model), ...(rules.get(resource)?.values() ?? [])];
    return [conviction, ...owners.map((owner) => ({ ...conviction, owner }))];
  });
}

function listenersWith(resource: string, { gateway, listeners, fleet }: GatewayModel): readonly Owner[] {
  return listeners
    .filter(
      ({ certificates, clientValidation, filters }) =>
        [...certificates.map(({ name }) => name), clientValidation?.ca].some(
          (name) => resource === `secret ${name}`,
        ) || filters.auth.some(({ cluster }) => resourcesOf(cluster, fleet).includes(resource)),
    )
    .map(({ name }) => ({ object: displayRef(refOf(gateway)), at: name }));
}

/** What may be rejected of a cluster: itself, its endpoints, its CAs, the certificate that is presented. */
function resourcesOf({ name, tls }: ClusterModel, fleet: GatewayModel['fleet']): readonly string[] {
  const secrets = tls === undefined ? [] : secretsOf(tls, fleet);
  return [`cluster ${name}`, `endpoints ${name}`, ...secrets];
}

/** What the backend says that it is presented comes before what the Gateway presents. */
function secretsOf({ ca, client }: BackendTls, fleet: GatewayModel['fleet']): readonly string[] {
  const presented = client === undefined ? fleet?.clientCertificate : client.certificate;
  return [ca, ...(presented === undefined ? [] : [presented])].map((secret) => `secret ${secret}`);
}

/** All rules are looked at once, and only when there is something of a cluster to look for: every report asks for as long as a conviction lasts. */
function rulesByResource(
  wanted: ReadonlySet<string>,
  { fleet }: GatewayModel,
): ReadonlyMap<string, ReadonlyMap<string, Owner>> {
  const found = new Map<string, Map<string, Owner>>();
  const isOfCluster = (resource: string): boolean => /^(cluster|endpoints|secret) /.test(resource);
  if (![...wanted].some(isOfCluster)) return found;
  const note = (route: ObjectRef, rule: number, resources: readonly string[]): void => {
    for (const resource of resources) {
      if (!wanted.has(resource)) continue;
      const owner = { object: displayRef(route), at: `rules[${rule}]` };
      const owners = found.get(resource) ?? new Map<string, Owner>();
      found.set(resource, owners.set(`${owner.object} ${owner.at}`, owner));
    }
  };
  const look = (entry: RuleEntry): void =>
    note(
      entry.route,
      entry.rule,
      clustersOfRule(entry).flatMap((each) => resourcesOf(each, fleet)),
    );
  // Of these the cluster and its endpoints are the rule's own already.
  for (const { route, rule, tls = [] } of fleet?.l4Clusters.values() ?? [])
    note(
      route,
      rule,
      tls.flatMap((each) => secretsOf(each.tls, fleet)),
    );
  for (const { virtualHosts } of (fleet?.ports ?? []).flatMap(({ tables }) => tables))
    virtualHosts.forEach(({ rules }) => rules.forEach(look));
  return found;
}
