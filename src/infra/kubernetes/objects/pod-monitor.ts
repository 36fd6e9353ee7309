import type { DesiredGateway } from '../desired.js';
import { selectorOf } from '../names.js';
import type { Parameters } from '../parameters.js';
import { infraObject, type InfraObject } from './infra-object.js';

/** For the Prometheus operator. */
export function podMonitor(
  gateway: DesiredGateway,
  { podMonitor: monitor }: Parameters,
): readonly InfraObject[] {
  if (monitor === undefined) return [];
  const spec = {
    selector: { matchLabels: selectorOf(gateway.name) },
    podMetricsEndpoints: [{ port: 'metrics', path: '/stats/prometheus', interval: monitor.interval }],
  };
  return [{ ...infraObject('PodMonitor', gateway, { labels: monitor.labels }), spec }];
}
