import { displayRef, refOf } from '../resources/index.js';
import type { GatewayModel, RuleEntry } from '../routing/index.js';
import type { Conviction } from './acknowledgements.js';

type Owner = Conviction['owner'];

/**
 * The convictions, and for each of a Service or a Secret – which have no status of ours – one for every place that cannot be served without it:
 * the rules that send to the Service or to one verified by the CAs, the listeners that present the certificate.
 */
export function withImplicated(
  convictions: readonly Conviction[],
  model: GatewayModel,
): readonly Conviction[] {
  return convictions.flatMap((conviction) => [
    conviction,
    ...implicated(conviction.resource, model).map((owner) => ({ ...conviction, owner })),
  ]);
}

function implicated(resource: string, model: GatewayModel): readonly Owner[] {
  const listeners = model.listeners
    .filter(({ certificates }) => certificates.some(({ name }) => resource === `secret ${name}`))
    .map(({ name }) => ({ object: displayRef(refOf(model.gateway)), at: name }));
  const hosts = (model.fleet?.ports ?? []).flatMap(({ tables }) =>
    tables.flatMap(({ virtualHosts }) => [...virtualHosts.values()]),
  );
  const rules = hosts
    .flatMap((host) => host.rules)
    .filter((entry) => sendsTo(entry, resource))
    .map(({ route, rule }) => ({ object: displayRef(route), at: `rules[${rule}]` }));
  return [
    ...new Map([...listeners, ...rules].map((owner) => [`${owner.object} ${owner.at}`, owner])).values(),
  ];
}

function sendsTo({ action }: RuleEntry, resource: string): boolean {
  return (
    action.kind === 'forward' &&
    action.shares.some(
      ({ target }) =>
        target.kind === 'cluster' &&
        [
          `cluster ${target.cluster.name}`,
          `endpoints ${target.cluster.name}`,
          `secret ${target.cluster.tls?.ca ?? ''}`,
        ].includes(resource),
    )
  );
}
