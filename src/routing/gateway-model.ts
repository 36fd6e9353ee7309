import type { AttachedParent } from './attachment.js';
import {
  assemblePorts,
  certificatesOfPorts,
  clustersOfPorts,
  fleetOf,
  type AssembledPorts,
} from './fleet.js';
import type { AnalysedGateway } from './gateways.js';
import type { Domain } from './hostnames.js';
import { keepEqual, keepList, keepObject } from './keep.js';
import type { ClusterModel, EndpointsModel, Fleet, GatewayModel, ListenerModel } from './model.js';
import type { ResolvedRoute } from './resolve-route.js';
import type { TableCounters } from './tables.js';
import type { Contribution, ListenerContributions } from './virtual-hosts.js';

/** A route and where it attaches to one Gateway. */
export interface AttachedRoute {
  readonly parents: readonly AttachedParent[];
  readonly route: ResolvedRoute;
}

/** What the previous translation made of a Gateway, and of what. */
export interface GatewayMemory {
  readonly analysed: AnalysedGateway;
  /** Parents and route of every attached route, in turn. */
  readonly inputs: readonly object[];
  readonly ports: AssembledPorts;
  readonly parts: Pick<Fleet, 'ports' | 'clusters' | 'certificates'>;
  readonly model: GatewayModel;
}

/** Puts a Gateway together; with unchanged listeners and routes only its endpoints are looked at. */
export function assembleGateway(
  analysed: AnalysedGateway,
  routes: readonly AttachedRoute[],
  endpointsOf: (cluster: ClusterModel) => EndpointsModel,
  previous: GatewayMemory | undefined,
  counters: TableCounters,
): GatewayMemory {
  const inputs = keepList(
    previous?.inputs,
    routes.flatMap(({ parents, route }) => [parents, route]),
  );
  const unchanged = previous?.inputs === inputs && previous.analysed === analysed;
  const listeners = unchanged
    ? previous.model.listeners
    : listenerModels(analysed, routes, previous?.model.listeners);
  const ports = unchanged
    ? previous.ports
    : assemblePorts(analysed, listeners, contributionsOf(routes), previous?.ports, counters);
  const parts =
    previous?.ports.ports === ports.ports
      ? previous.parts
      : {
          ports: ports.ports,
          clusters: clustersOfPorts(ports.ports),
          certificates: certificatesOfPorts(ports.ports),
        };
  const canServe = analysed.accepted.accepted && analysed.addresses.length > 0;
  const model: GatewayModel = keepObject(previous?.model, {
    gateway: analysed.gateway,
    accepted: keepEqual(previous?.model.accepted, analysed.accepted),
    addressed: keepEqual(previous?.model.addressed, analysed.addressed),
    addresses: keepList(previous?.model.addresses, analysed.addresses),
    listeners,
    fleet: canServe ? fleetOf(analysed, parts, endpointsOf, previous?.model.fleet) : undefined,
  });
  return { analysed, inputs, ports, parts, model };
}

function listenerModels(
  { listeners }: AnalysedGateway,
  routes: readonly AttachedRoute[],
  previous: readonly ListenerModel[] | undefined,
): readonly ListenerModel[] {
  const counts = new Map<string, number>();
  for (const { parents } of routes) {
    const names = new Set(parents.flatMap(({ attachments }) => attachments.map(({ listener }) => listener)));
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const models = listeners.map((listener, index) =>
    keepEqual(previous?.[index], { ...listener, attachedRoutes: counts.get(listener.name) ?? 0 }),
  );
  return keepList(previous, models);
}

const known = new WeakMap<ResolvedRoute, Map<Domain, Contribution>>();

function contribution(route: ResolvedRoute, hostname: Domain): Contribution {
  let byHostname = known.get(route);
  if (byHostname === undefined) known.set(route, (byHostname = new Map<Domain, Contribution>()));
  let found = byHostname.get(hostname);
  if (found === undefined) byHostname.set(hostname, (found = { route, hostname }));
  return found;
}

function contributionsOf(routes: readonly AttachedRoute[]): ReadonlyMap<string, ListenerContributions> {
  const byListener = new Map<string, Map<Domain, Contribution[]>>();
  for (const { parents, route } of routes) {
    for (const { attachments } of parents) {
      for (const { listener, domain, hostname } of attachments) {
        let byDomain = byListener.get(listener);
        if (byDomain === undefined) byListener.set(listener, (byDomain = new Map<Domain, Contribution[]>()));
        const contributions = byDomain.get(domain);
        if (contributions === undefined) byDomain.set(domain, [contribution(route, hostname)]);
        else contributions.push(contribution(route, hostname));
      }
    }
  }
  return byListener;
}
