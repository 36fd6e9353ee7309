import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  METRICS,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type Metric,
  type MetricName,
} from './metric-table.js';

/** The metrics of one process. Nothing outside the table can be reported, nor with other labels. */
export interface Metrics {
  add<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;
  /** For a counter that another room keeps: its value now. */
  total<N extends CounterName>(name: N, labels: LabelsOf<N>, value: number): void;
  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void;
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void;
  /** Forgets every label set of a gauge: those that are still there are set again. */
  clear(name: GaugeName): void;
  /** Forgets every other label set of a counter that another room keeps: what is gone for good must not stay for ever. */
  retain<N extends CounterName>(name: N, kept: readonly LabelsOf<N>[]): void;
  /** `collect` runs before each exposition. */
  onCollect(collect: () => void): void;
  /** The Prometheus text format. */
  text(): Promise<string>;
}

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const collectors: (() => void)[] = [];
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  /** By name and labels (as JSON). */
  const totals = new Map<MetricName, Map<string, number>>();
  for (const [key, metric] of Object.entries<Metric>(METRICS)) {
    const name = key as MetricName;
    const common = { name, help: metric.help, labelNames: [...metric.labels], registers: [registry] };
    switch (metric.type) {
      case 'counter':
        counters.set(name, new Counter(common));
        break;
      case 'gauge':
        gauges.set(name, new Gauge(common));
        break;
      case 'histogram':
        histograms.set(name, new Histogram({ ...common, buckets: [...(metric.buckets ?? [])] }));
        break;
    }
  }
  return {
    add: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    total: (name, labels, value) => {
      const key = JSON.stringify(labels);
      const known = totals.get(name) ?? new Map<string, number>();
      const before = known.get(key) ?? 0;
      // A counter never falls: one that does was started again elsewhere, and counts from there.
      counters.get(name)?.inc(labels, value >= before ? value - before : value);
      totals.set(name, known.set(key, value));
    },
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
    clear: (name) => gauges.get(name)?.reset(),
    retain: (name, kept) => {
      const keys = new Set(kept.map((labels) => JSON.stringify(labels)));
      for (const key of totals.get(name)?.keys() ?? []) {
        if (keys.has(key)) continue;
        totals.get(name)?.delete(key);
        counters.get(name)?.remove(JSON.parse(key) as Readonly<Record<string, string>>);
      }
    },
    onCollect: (collect) => void collectors.push(collect),
    text: async () => {
      for (const collect of collectors) collect();
      return await registry.metrics();
    },
  };
}
