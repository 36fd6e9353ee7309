import type { AttachedRoute } from './attached-route.js';
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
import type { TableCounters } from './tables.js';
import type { Contribution, ListenerContributions } from './virtual-hosts.js';

/** What the previous translation made of a Gateway, and of what. */
export interface GatewayMemory {
  readonly analysed: AnalysedGateway;
  readonly routes: readonly AttachedRoute[];
  readonly ports: AssembledPorts;
  readonly parts: Pick<Fleet, 'ports' | 'clusters' | 'certificates'>;
  readonly model: GatewayModel;
}

/** Puts a Gateway together; with the same listeners and the same list of routes only its endpoints are looked at. */
export function assembleGateway(
  analysed: AnalysedGateway,
  routes: readonly AttachedRoute[],
  endpointsOf: (cluster: ClusterModel) => EndpointsModel,
  grants: Fleet['grants'],
  previous: GatewayMemory | undefined,
  counters: TableCounters,
): GatewayMemory {
  const unchanged = previous?.routes === routes && previous.analysed === analysed;
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
  // A refused Gateway too: what runs goes on with the current routes, never with what has been deleted since (DESIGN D10).
  const canServe = analysed.addresses.length > 0;
  const model: GatewayModel = keepObject(previous?.model, {
    gateway: analysed.gateway,
    accepted: keepEqual(previous?.model.accepted, analysed.accepted),
    addressed: keepEqual(previous?.model.addressed, analysed.addressed),
    addresses: keepList(previous?.model.addresses, analysed.addresses),
    listeners,
    fleet: canServe ? fleetOf(analysed, { ...parts, grants }, endpointsOf, previous?.model.fleet) : undefined,
  });
  return { analysed, routes, ports, parts, model };
}

function listenerModels(
  { listeners }: AnalysedGateway,
  routes: readonly AttachedRoute[],
  previous: readonly ListenerModel[] | undefined,
): readonly ListenerModel[] {
  const counts = new Map<string, number>();
  for (const route of routes) {
    for (const name of route.listeners) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const models = listeners.map((listener, index) =>
    keepEqual(previous?.[index], { ...listener, attachedRoutes: counts.get(listener.name) ?? 0 }),
  );
  return keepList(previous, models);
}

function contributionsOf(routes: readonly AttachedRoute[]): ReadonlyMap<string, ListenerContributions> {
  const byListener = new Map<string, Map<Domain, Contribution[]>>();
  for (const route of routes) {
    for (const { listener, domain, contribution } of route.contributions) {
      let byDomain = byListener.get(listener);
      if (byDomain === undefined) byListener.set(listener, (byDomain = new Map<Domain, Contribution[]>()));
      const contributions = byDomain.get(domain);
      if (contributions === undefined) byDomain.set(domain, [contribution]);
      else contributions.push(contribution);
    }
  }
  return byListener;
}
