import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { code, docTable } from '../errors/testing/doc-table.js';
import { createMetrics, measureProcess, METRICS } from './index.js';
import type { Metric } from './metric-table.js';

const src = new URL('..', import.meta.url).pathname;
const sources = globSync('**/*.ts', { cwd: src, exclude: (name) => name === 'gen' || name === 'testing' })
  .filter((file) => !file.endsWith('.test.ts') && !file.endsWith('metric-table.ts'))
  .map((file) => readFileSync(src + file, 'utf8'))
  .join('\n');

describe('the table of metrics', () => {
  it('is the one in the documentation', () => {
    expect(docTable('metrics.md', 'Metrics')).toEqual(
      Object.entries<Metric>(METRICS).map(([name, { type, labels, help }]) => [
        code(name),
        type,
        labels.map((label) => code(label)).join(', '),
        help,
      ]),
    );
  });

  it.each(Object.keys(METRICS))('%s is reported by some code', (name) => {
    const family = name.replace(/^(windlass_fleet_).*/, '$1');
    expect(sources).toContain(family);
  });

  it('has names as Prometheus wants them', () => {
    for (const [name, { type }] of Object.entries<Metric>(METRICS)) {
      expect(name).toMatch(/^windlass_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });
});

describe('metrics', () => {
  it('are told in the Prometheus text format, collected at that moment', async () => {
    const metrics = createMetrics();
    metrics.onCollect(() => metrics.set('windlass_ready', {}, 1));
    metrics.add('windlass_translations_total', {}, 2);
    metrics.set('windlass_fleet_connected', { fleet: 'default/"edge"' }, 3);
    metrics.observe('windlass_translation_seconds', {}, 0.02);
    const text = await metrics.text();
    expect(text).toContain('windlass_ready 1\n');
    expect(text).toContain('windlass_translations_total 2\n');
    expect(text).toContain('windlass_fleet_connected{fleet="default/\\"edge\\""} 3\n');
    expect(text).toContain('windlass_translation_seconds_bucket{le="0.025"} 1\n');
  });

  it('take over a total that is counted elsewhere, and never fall', async () => {
    const metrics = createMetrics();
    for (const value of [2, 5, 5, 1]) metrics.total('windlass_envoy_restarts_total', { fleet: 'a' }, value);
    expect(await metrics.text()).toContain('windlass_envoy_restarts_total{fleet="a"} 6\n');
  });

  it('forget the totals of what is gone', async () => {
    const metrics = createMetrics();
    for (const fleet of ['a', 'b']) metrics.total('windlass_envoy_restarts_total', { fleet }, 2);
    metrics.retain('windlass_envoy_restarts_total', [{ fleet: 'b' }]);
    const text = await metrics.text();
    expect(text).not.toContain('windlass_envoy_restarts_total{fleet="a"}');
    expect(text).toContain('windlass_envoy_restarts_total{fleet="b"} 2');
  });

  it('tell how late the event loop is, and the version that runs', async () => {
    const metrics = createMetrics();
    const stop = measureProcess(metrics, '1.2.3');
    const text = await metrics.text();
    stop();
    expect(text).toMatch(/windlass_event_loop_delay_seconds\{quantile="0.99"\} \d/);
    expect(text).toContain('windlass_build_info{version="1.2.3"} 1');
  });
});
