// Runs the static checks and every test, and ends with one plain line of the true sums: a check counts as one, as does a test of the official suite.
// --checks-only; --cluster: the official suite and our own tests on a cluster of one node, too (Linux, root).
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
  // In turn, not together: timings of the real-Envoy tests should not suffer from the tests beside them.
  jest('unit', '--maxWorkers=100%');
  jest('e2e', '--runInBand');
  if (process.argv.includes('--cluster')) cluster();
}

console.log(
  `${sums.passed} passed, ${sums.failed} failed` + (sums.skipped > 0 ? `, ${sums.skipped} skipped` : ''),
);
process.exit(sums.failed === 0 && sums.passed > 0 ? 0 : 1);

function jest(project, ...args) {
  counted(`jest ${project}`, (report) =>
    spawnSync(
      'npm',
      ['run', '-s', 'jest', '--', '--selectProjects', project, '--json', '--outputFile', report, ...args],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    ),
  );
}

/** Runs something that writes Jest's report, and adds up what it says. */
function counted(what, run) {
  const scratch = mkdtempSync(join(tmpdir(), 'windlass-test-'));
  const report = join(scratch, 'jest.json');
  const { status, signal } = run(report);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    add(
      what,
      { passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests },
      status ?? signal,
    );
  } catch (error) {
    add(`${what} left no report: ${error.message}`, { passed: 0, failed: 0, skipped: 0 }, status ?? signal);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What fails without a failed test fails nevertheless. */
function add(what, { passed, failed, skipped }, end) {
  const isSilent = failed === 0 && (end !== 0 || passed === 0);
  if (isSilent) console.log(`FAIL ${what}: it ended with ${end}`);
  sums.passed += passed;
  sums.failed += failed + (isSilent ? 1 : 0);
  sums.skipped += skipped;
}

/** A cluster that is there already is used, and stays. A machine that cannot have one says why, and the tests count as one that was skipped. */
function cluster() {
  const loader = './scripts/ts.mjs';
  const ts = (...args) =>
    spawnSync('node', ['--import', loader, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (ts('e2e/cluster/cli.ts', 'possible').status !== 0) {
    sums.skipped += 1;
    return;
  }
  const isThere = ts('e2e/cluster/cli.ts', 'status').status === 0;
  const { status, signal } = ts('e2e/conformance/run.ts');
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync('build/conformance/v1.7.0/run.json', 'utf8'));
    add('the official suite', { passed, failed, skipped }, status ?? signal);
  } catch (error) {
    add(
      `the official suite left no record: ${error.message}`,
      { passed: 0, failed: 0, skipped: 0 },
      status ?? signal,
    );
  }
  if (!isThere && ts('e2e/cluster/cli.ts', 'down').status !== 0)
    add('cluster-down', { passed: 0, failed: 1, skipped: 0 }, 1);
}
