import { encodeCounters } from '../../envoy/index.js';
import type { Translator } from '../../routing/index.js';
import type { Metrics } from '../../telemetry/index.js';
import type { XdsServer } from '../../xds/index.js';
import type { ControlPlane } from './control-plane.js';
import { resourcesOf } from './debug-view.js';

export interface Measured {
  readonly plane: ControlPlane;
  readonly translator: Translator;
  readonly xds: XdsServer;
}

/** Rooms count for themselves; their figures are read when metrics are. */
export function measure(metrics: Metrics, { plane, translator, xds }: Measured): void {
  metrics.onCollect(() => {
    metrics.set('windlass_ready', {}, plane.model === undefined ? 0 : 1);
    for (const [step, count] of figures(translator.counters())) {
      metrics.total('windlass_translation_steps_total', { step }, count);
    }
    for (const [sort, count] of figures(encodeCounters()))
      metrics.total('windlass_encoded_total', { sort }, count);
    fleets(metrics, plane, xds);
    xdsEvents(metrics, xds);
  });
}

function fleets(metrics: Metrics, plane: ControlPlane, xds: XdsServer): void {
  for (const name of ['resources', 'connected', 'current', 'rejected'] as const)
    metrics.clear(`windlass_fleet_${name}`);
  for (const { gateway } of plane.model?.gateways ?? []) {
    const fleet = `${gateway.metadata.namespace ?? ''}/${gateway.metadata.name}`;
    const { connected, current, rejected } = xds.summary(fleet);
    metrics.set('windlass_fleet_connected', { fleet }, connected);
    metrics.set('windlass_fleet_current', { fleet }, current);
    metrics.set('windlass_fleet_rejected', { fleet }, rejected.length);
    for (const [type, count] of Object.entries(resourcesOf(plane.snapshot(fleet)))) {
      metrics.set('windlass_fleet_resources', { fleet, type }, count);
    }
  }
}

function xdsEvents(metrics: Metrics, xds: XdsServer): void {
  const { types, refusals, ...server } = xds.counters();
  for (const [reason, count] of figures(refusals))
    metrics.total('windlass_xds_refusals_total', { reason }, count);
  for (const [event, count] of figures(server)) metrics.total('windlass_xds_streams_total', { event }, count);
  for (const [type, counters] of Object.entries(types)) {
    for (const [event, count] of figures(counters))
      metrics.total('windlass_xds_events_total', { type, event }, count);
  }
}

/** Named figures, whatever interface they come in. */
function figures<K extends string>(counts: Readonly<Record<K, number>>): readonly [string, number][] {
  return Object.entries<number>(counts);
}
