import type { LocalInfra } from '../../infra/index.js';
import type { DirectorySource } from '../../sources/index.js';
import type { Metrics } from '../../telemetry/index.js';

export interface Measured {
  readonly source: Pick<DirectorySource, 'stats' | 'diagnostics'>;
  readonly infra: Pick<LocalInfra, 'fleets'>;
}

/** What only a directory and Envoys of this machine have to tell. */
export function measureLocal(metrics: Metrics, { source, infra }: Measured): void {
  metrics.onCollect(() => {
    const stats = source.stats();
    metrics.total('windlass_source_documents_parsed_total', {}, stats.documentsParsed);
    metrics.total('windlass_source_objects_validated_total', {}, stats.objectsValidated);
    metrics.total('windlass_source_objects_changed_total', {}, stats.objectsChanged);
    for (const severity of ['error', 'warning'] as const) {
      const standing = source.diagnostics().filter((diagnostic) => diagnostic.severity === severity);
      metrics.set('windlass_diagnostics', { severity }, standing.length);
    }
    metrics.clear('windlass_envoys');
    for (const { observation, process } of infra.fleets()) {
      metrics.set('windlass_envoys', { fleet: observation.fleet, state: process.state }, 1);
      metrics.total('windlass_envoy_restarts_total', { fleet: observation.fleet }, process.restarts);
    }
    const there = infra.fleets().map(({ observation: { fleet } }) => ({ fleet }));
    metrics.retain('windlass_envoy_restarts_total', there);
  });
}
