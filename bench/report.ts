import type { Result } from './run-scenario.js';
import { figure, tableText } from './table.js';

/** The results for a person: milliseconds, and the product as a multiple of the floor. */
export function latencyTable(results: readonly Result[]): string {
  const headings = [
    'edit of one route in',
    'ACK ms',
    'p95',
    'floor',
    'ratio',
    'live ms',
    'p95',
    'floor',
    'ratio',
    'CPU ms',
    'floor',
    'table kB',
    'start s',
    'RSS MB',
  ];
  const rows = results.map(({ scenario, product, floor, tableBytes, startMs, residentMb }) => [
    scenario.name,
    figure(product.ack.median),
    figure(product.ack.p95),
    figure(floor.ack.median),
    figure(product.ack.median / floor.ack.median),
    figure(product.live.median),
    figure(product.live.p95),
    figure(floor.live.median),
    figure(product.live.median / floor.live.median),
    figure(product.cpuMs),
    figure(floor.cpuMs),
    figure(tableBytes / 1000),
    figure(startMs / 1000),
    figure(residentMb),
  ]);
  return tableText(headings, rows);
}
