import { cpus } from 'node:os';
import { STAGES } from './stages.js';
import type { Result } from './run-scenario.js';
import { figure, tableText } from './table.js';

/** Envoy notes when it put a table into force in whole milliseconds. */
const RESOLUTION_MS = 1;

/** The results for a person. Times in milliseconds unless said otherwise. */
export function report(results: readonly Result[]): string {
  return [
    `An edit of one route, on ${cpus().length} cores. Medians in ms from the change in the store; ratio: as a multiple of the floor.`,
    latencies(results),
    '',
    'What each room adds to an edit, in ms (source: the quiet time of 20 ms included), and what `windlass up` costs.',
    costs(results),
    '',
    'What each room allocates on its heap for an edit, in kB; the bytes of messages lie outside of it.',
    allocations(results),
  ].join('\n');
}

function latencies(results: readonly Result[]): string {
  const clock = (name: string): readonly string[] => [name, 'p95', 'floor', 'ratio'];
  const headings = ['one edit in', 'arrival', ...clock('ACK'), ...clock('live'), ...clock('churned')];
  const rows = results.map(({ scenario, product, floor }) => [
    scenario.name,
    figure(product.arrival.median),
    ...(['ack', 'live', 'churnedLive'] as const).flatMap((name) => [
      figure(product[name].median),
      figure(product[name].p95),
      floor[name].median < RESOLUTION_MS ? '<1' : figure(floor[name].median),
      ratio(product[name].median, floor[name].median),
    ]),
  ]);
  return tableText(headings, rows);
}

/** A floor below the resolution of the clock divides nothing. */
function ratio(product: number, floor: number): string {
  return floor < RESOLUTION_MS ? '-' : figure(product / floor);
}

function allocations(results: readonly Result[]): string {
  const rows = results.map(({ scenario, stages }) => [
    scenario.name,
    ...STAGES.map((stage) => figure(stages[stage].kb)),
  ]);
  return tableText(['', ...STAGES], rows);
}

function costs(results: readonly Result[]): string {
  const headings = [
    '',
    ...STAGES,
    'CPU/edit',
    'floor',
    'tables/edit',
    'table kB',
    'start s',
    'RSS MB',
    'peak MB',
  ];
  const rows = results.map(({ scenario, stages, product, floor, tableBytes, startMs, residentMb }) => [
    scenario.name,
    ...STAGES.map((stage) => figure(stages[stage].ms)),
    figure(product.cpuMs),
    figure(floor.cpuMs),
    figure(product.tablesPerChange),
    figure(tableBytes / 1000),
    figure(startMs / 1000),
    figure(residentMb.now),
    figure(residentMb.peak),
  ]);
  return tableText(headings, rows);
}
