import { refOf, type L4Route } from '../../resources/index.js';
import type { Reads } from '../../store/index.js';
import type { BackendOptions } from '../backends.js';
import { keepEqual, keepList, keepObject } from '../keep.js';
import { partiallyInvalid, refusal, verdictOf } from '../refusals.js';
import type { ResolvedRoute } from '../resolve-route.js';
import { routeHostnames } from '../route-hostnames.js';
import { ACCEPTED } from '../verdict.js';
import { resolveL4Backend, transportOf } from './l4-backends.js';
import type { L4ClusterModel, L4Rule, L4Share, L4Target, SecuredModel } from './l4-model.js';

/** @param previous the route as last resolved: what equals its own keeps its identity */
export function resolveL4Route(
  route: L4Route,
  previous: ResolvedRoute | undefined,
  reads: Reads,
  options: Pick<BackendOptions, 'tls'>,
): ResolvedRoute {
  const [rule, ...others] = route.spec.rules ?? [];
  const backends = (rule?.backendRefs ?? []).map((ref, index) =>
    resolveL4Backend(ref, route, `spec.rules[0].backendRefs[${index}]`, reads, options),
  );
  const name = `${route.kind.toLowerCase()}/${route.metadata.namespace ?? ''}/${route.metadata.name}/rule/0`;
  const common = { route: refOf(route), rule: 0, transport: transportOf(route) };
  const passed = backends.map((each) => each.passed);
  const ended = backends.map((each) => each.ended);
  const endedName = route.kind === 'TLSRoute' ? `${name}/terminate` : name;
  const before = previous?.l4;
  const l4: L4Rule = {
    passed: keepTarget(before?.passed, { cluster: { ...common, name, tls: undefined }, shares: passed }),
    ended: keepTarget(before?.ended, {
      cluster: { ...common, name: endedName, tls: securedOf(ended) },
      shares: ended,
    }),
  };
  const unresolved = passed.flatMap(({ target }) => (target.kind === 'unresolved' ? [target.refusal] : []));
  const partial = [...others.map((_, i) => unreachable(route, i + 1)), ...routeHostnames(route).refusals];
  return keepObject(previous, {
    route,
    entries: keepList(previous?.entries, []),
    l4: keepObject(before, l4),
    accepted: ACCEPTED,
    resolvedRefs: keepEqual(previous?.resolvedRefs, verdictOf(unresolved)),
    partiallyInvalid: keepEqual(previous?.partiallyInvalid, partiallyInvalid(partial)),
  });
}

/** v1 has one rule; v1alpha2 lets several pass, of which the first takes everything. */
function unreachable({ kind }: L4Route, index: number): ReturnType<typeof refusal> {
  const message = `no connection reaches a rule after the first, and a ${kind} has one since v1`;
  return refusal('UnsupportedValue', message, `spec.rules[${index}]`);
}

function keepTarget(previous: L4Target | undefined, { cluster, shares }: L4Target): L4Target {
  const kept: L4ClusterModel = keepEqual(previous?.cluster, cluster);
  return keepObject(previous, { cluster: kept, shares: keepEqual(previous?.shares, shares) });
}

/** In order of their digests, so that weights and the order of backendRefs say nothing. */
function securedOf(shares: readonly L4Share[]): readonly SecuredModel[] {
  const all = shares.flatMap(({ target }) => (target.kind === 'backend' ? (target.secured ?? []) : []));
  const distinct = new Map(all.map((each) => [each.digest, each]));
  return [...distinct.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}
