import type {
  ClusterView,
  DebugView,
  EnvoyView,
  FleetView,
  StreamView,
  TimelineEntry,
} from '../../debug/index.js';
import { configDump } from '../../envoy/index.js';
import { adminOf, type LocalFleet, type LocalInfra } from '../../infra/index.js';
import type { Fleet } from '../../routing/index.js';
import type { Diagnostic } from '../../sources/index.js';
import type { Metrics } from '../../telemetry/index.js';
import { snapshotVersion, type Snapshot, type StreamAcks, type XdsServer } from '../../xds/index.js';
import type { ControlPlane } from './control-plane.js';

export interface Watched {
  readonly version: string;
  readonly plane: ControlPlane;
  /** Envoys that run on this machine; absent: none. */
  readonly infra?: LocalInfra;
  readonly xds: XdsServer;
  readonly metrics: Metrics;
  /** What is wrong in files; absent: objects do not come from files. */
  readonly diagnostics?: () => readonly Diagnostic[];
  /** Absent: objects do not come from a cluster. */
  readonly cluster?: () => ClusterView;
  readonly timeline: (count: number) => readonly TimelineEntry[];
}

export function debugViewOf({
  version,
  plane,
  infra,
  xds,
  metrics,
  diagnostics = () => [],
  cluster,
  timeline,
}: Watched): DebugView {
  const localOf = (fleet: string): LocalFleet | undefined =>
    infra?.fleets().find(({ observation }) => observation.fleet === fleet);
  return {
    version,
    ready: () => plane.model !== undefined,
    statuses: () => [...plane.book.statuses.values()],
    diagnostics,
    ...(cluster && { cluster }),
    timeline,
    fleets: () => fleetViews(plane, infra, xds),
    config: (fleet) => {
      const snapshot = plane.snapshot(fleet);
      return snapshot === undefined ? undefined : configDump(snapshot);
    },
    metrics: () => metrics.text(),
    envoyMetrics: async (fleet) => {
      const local = localOf(fleet);
      return local === undefined ? undefined : await adminOf(local.adminSocket).get('/stats/prometheus');
    },
  };
}

function fleetViews(
  plane: ControlPlane,
  infra: LocalInfra | undefined,
  xds: XdsServer,
): readonly FleetView[] {
  const locals = new Map((infra?.fleets() ?? []).map((local) => [local.observation.fleet, local]));
  const streams = new Map(xds.fleets().map((fleet) => [fleet.fleet, fleet.streams]));
  return (plane.model?.gateways ?? []).map(({ gateway, addresses, fleet, listeners }) => {
    const id = `${gateway.metadata.namespace ?? ''}/${gateway.metadata.name}`;
    const snapshot = plane.snapshot(id);
    return {
      fleet: id,
      addresses,
      ports: portsOf(fleet, listeners),
      version: snapshot && snapshotVersion(snapshot),
      resources: resourcesOf(snapshot),
      envoys: envoysOf(locals.get(id)),
      streams: (streams.get(id) ?? []).map(streamView),
    };
  });
}

function portsOf(
  fleet: Fleet | undefined,
  listeners: readonly { readonly name: string; readonly port: number; readonly protocol: string }[],
): FleetView['ports'] {
  return (fleet?.ports ?? []).map(({ port, bindPort, protocol }) => {
    const own = listeners.filter(
      (each) => each.port === port && (each.protocol === 'UDP') === (protocol === 'UDP'),
    );
    const names = own.map(({ name }) => name);
    return { port, bindPort, protocol, listeners: names };
  });
}

export function resourcesOf(snapshot: Snapshot | undefined): Readonly<Record<string, number>> {
  if (snapshot === undefined) return {};
  return Object.fromEntries(
    Object.entries(snapshot.resources).map(([type, resources]) => [type, resources.size]),
  );
}

function envoysOf(local: LocalFleet | undefined): readonly EnvoyView[] {
  if (local === undefined) return [];
  const { pid, state, restarts } = local.process;
  return [
    { pid, state, detail: `${restarts} restarts; log ${local.logFile}; access log ${local.accessLogFile}` },
  ];
}

function streamView({
  node,
  version,
  protocol,
  connectedAt,
  current,
  accepted,
  refused,
  types,
}: StreamAcks): StreamView {
  return {
    node,
    version: version ?? 'unknown',
    protocol,
    connectedAt: new Date(connectedAt).toISOString(),
    current,
    accepted,
    refused: refused ?? '',
    rejected: Object.entries(types).flatMap(([type, { nacked }]) =>
      nacked.flatMap(({ resources, message }) => resources.map(({ name }) => ({ type, name, message }))),
    ),
  };
}
