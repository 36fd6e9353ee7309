// Runs the static checks and every test, and ends with one plain line of the true sums: a check counts as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const checks = ['typecheck', 'lint', 'format:check', 'deps', 'unused'];
const sums = { passed: 0, failed: 0, skipped: 0 };

for (const check of checks) {
  const run = spawnSync('npm', ['run', '-s', check], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const ok = run.status === 0;
  sums[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${check}`);
  if (!ok) console.log(run.stdout + run.stderr);
}

if (!process.argv.includes('--checks-only')) {
  const scratch = mkdtempSync(join(tmpdir(), 'windlass-test-'));
  const report = join(scratch, 'jest.json');
  // In turn, not together: timings of the real-Envoy tests should not suffer from the tests beside them.
  for (const project of ['unit', 'e2e']) {
    const jest = spawnSync(
      'npm',
      [
        'run',
        '-s',
        'jest',
        '--',
        '--selectProjects',
        project,
        '--json',
        '--outputFile',
        report,
        project === 'e2e' ? '--runInBand' : '--maxWorkers=100%',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    try {
      const result = JSON.parse(readFileSync(report, 'utf8'));
      const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
      sums.passed += result.numPassedTests;
      sums.failed += failed;
      if (failed === 0 && jest.status !== 0) {
        console.log(`FAIL jest ${project} ended with ${jest.signal ?? `exit code ${jest.status}`}`);
        sums.failed += 1;
      }
      sums.skipped += result.numPendingTests + result.numTodoTests;
      rmSync(report);
    } catch (error) {
      console.log(`FAIL jest ${project} left no report (exit ${jest.status}): ${error.message}`);
      sums.failed += 1;
    }
  }
  rmSync(scratch, { recursive: true, force: true });
}

console.log(
  `${sums.passed} passed, ${sums.failed} failed` + (sums.skipped > 0 ? `, ${sums.skipped} skipped` : ''),
);
process.exit(sums.failed === 0 && sums.passed > 0 ? 0 : 1);
