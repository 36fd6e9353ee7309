import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.js';

const NANOSECONDS = 1e9;
/** How often the event loop is asked, in milliseconds. A loop that is on time is this late, which is taken off again. */
const RESOLUTION_MS = 10;

/** Reports what the process itself is like. The function returned ends it. */
export function measureProcess(metrics: Metrics, version: string): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  metrics.set('windlass_build_info', { version }, 1);
  metrics.set('windlass_start_time_seconds', {}, Math.round(Date.now() / 1000 - process.uptime()));
  metrics.onCollect(() => {
    metrics.set('windlass_resident_memory_bytes', {}, process.memoryUsage.rss());
    const quantiles = [
      ['0.5', delay.percentile(50)],
      ['0.99', delay.percentile(99)],
      ['1', delay.max],
    ] as const;
    for (const [quantile, value] of quantiles) {
      const late = delay.count === 0 ? 0 : Math.max(0, value / NANOSECONDS - RESOLUTION_MS / 1000);
      metrics.set('windlass_event_loop_delay_seconds', { quantile }, late);
    }
    delay.reset();
  });
  return () => void delay.disable();
}
