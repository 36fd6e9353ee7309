import type { ChurnReport } from './churn.js';

/** Prints a run for people; tells whether it holds what is promised: as many changes, and nothing failed. */
export function printReport(
  report: ChurnReport,
  wanted: { readonly changes: number; readonly acknowledged: number },
): boolean {
  const { loads, disturbance, changes, acknowledged, unacknowledged, acknowledgedMs, failed, rejections } =
    report;
  const [median, late, latest] = acknowledgedMs;
  for (const { sent, perSecond, held } of loads)
    console.log(`requests      ${sent}, ${perSecond.toFixed(0)} a second; ${held} held back`);
  console.log(`streams       ${report.streamExchanges} exchanges over connections that are no HTTP`);
  console.log(`changes       ${changes}, at least ${wanted.changes}: ${counts(report.byKind)}`);
  console.log(
    `acknowledged  ${acknowledged} one by one; ${median} ms median, ${late} ms p99, ${latest} ms longest`,
  );
  console.log(`not so        ${unacknowledged.length}`);
  console.log(
    `refused       until what a change that tightens asks for was there: ${counts(report.heldBack)}`,
  );
  console.log(`NACKs         ${rejections.total}`);
  console.log(`disturbance   ${disturbance.done}`);
  console.log(`failed        ${failed} ${counts(report.failuresByKind)}`);
  for (const line of disturbance.faults) console.log(`  ${line}`);
  for (const line of unacknowledged.slice(0, 3)) console.log(`  ${line}`);
  for (const line of rejections.now.slice(0, 3)) console.log(`  ${line}`);
  for (const line of report.complaints.slice(0, 5)) console.log(`  ${line}`);
  for (const { kind, request, situation, got, acknowledgedMs, allowed, states } of report.failures) {
    console.log(
      `\n${kind}: ${request}, ${acknowledgedMs.toFixed(1)} ms after the acknowledgement; ${situation}\n  got      ${got}`,
    );
    for (const answer of allowed.slice(0, 8)) console.log(`  allowed  ${answer}`);
    for (const state of states.slice(-12)) console.log(`  state    ${state}`);
  }
  return (
    failed === 0 &&
    disturbance.faults.length === 0 &&
    rejections.total === 0 &&
    unacknowledged.length === 0 &&
    changes >= wanted.changes &&
    acknowledged >= wanted.acknowledged
  );
}

function counts(sums: Readonly<Record<string, number>>): string {
  return Object.entries(sums)
    .map(([kind, sum]) => `${sum} ${kind}`)
    .join(', ');
}
