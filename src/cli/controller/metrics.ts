import type { ClusterSource } from '../../sources/index.js';
import type { Metrics } from '../../telemetry/index.js';

/** What only a cluster has to tell. */
export function measureCluster(
  metrics: Metrics,
  source: Pick<ClusterSource, 'state' | 'objectsChanged'>,
): void {
  metrics.onCollect(() => {
    metrics.total('windlass_source_objects_changed_total', {}, source.objectsChanged);
    metrics.clear('windlass_source_kind_state');
    metrics.clear('windlass_source_objects');
    for (const { kind, is, objects, refused, failures, fetches } of source.state()) {
      metrics.set('windlass_source_kind_state', { kind, state: is }, 1);
      metrics.set('windlass_source_objects', { kind }, objects);
      metrics.set('windlass_source_refused_objects', { kind }, refused);
      metrics.total('windlass_source_failures_total', { kind }, failures);
      if (kind === 'Secret' || kind === 'ConfigMap') {
        metrics.total('windlass_source_content_fetches_total', { kind }, fetches);
      }
    }
  });
}
