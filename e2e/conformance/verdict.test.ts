import { describe, expect, it } from '@jest/globals';
import { readReport, type Report } from './report.js';
import { PROFILES, releaseOf } from './suites.js';
import { missingFeature, Tally } from './tally.js';
import { TestEvents } from './test-events.js';
import { faultsOf, type Run } from './verdict.js';

const PASSED = '\x16=== RUN   TestConformance/A\n\x16--- PASS: TestConformance/A (1.00s)\n';
const FAILED = [
  '\x16=== RUN   TestConformance/B',
  '    apply.go:7: Applying b.yaml',
  '\x16=== RUN   TestConformance/B/first_part',
  '    http.go:20: 2026-01-02T03:04:05.678Z: not yet',
  '    http.go:21: 404',
  '    http.go:20: 2026-01-02T03:04:05.778Z: not yet',
  '\x16--- FAIL: TestConformance/B/first_part (0.50s)',
  '\x16--- FAIL: TestConformance/B (2.00s)',
  '',
].join('\n');
const skipped = (feature: string): string =>
  [
    '\x16=== RUN   TestConformance/C',
    `    conformance.go:60: Skipping C: suite does not support ${feature}`,
    '\x16--- SKIP: TestConformance/C (0.00s)',
    '',
  ].join('\n');

function tallyOf(output: string): Tally {
  const tally = new Tally();
  for (const event of new TestEvents().push(output)) tally.take(event);
  return tally;
}

/** @param core of the first profile */
function report(core = 'result: success, statistics: { Passed: 9, Failed: 0, Skipped: 0 }'): Report {
  const profiles = PROFILES.map((name, index) => {
    const level = index === 0 ? core : 'result: success, statistics: { Passed: 9, Failed: 0, Skipped: 0 }';
    return `  - { name: ${name}, core: { ${level} } }`;
  });
  return readReport(`gatewayAPIVersion: v1.7.0\nprofiles:\n${profiles.join('\n')}`);
}

function faults(output: string, more: Partial<Run> = {}): readonly string[] {
  return faultsOf({
    release: releaseOf('v1.7.0'),
    tests: ['A'],
    tally: tallyOf(output),
    exitCode: 0,
    report: report(),
    ...more,
  });
}

describe('a run of the suite', () => {
  it('is a success when output, exit code and report say so', () => {
    expect(faults(PASSED)).toEqual([]);
  });

  it('is none with a failed test, even where the exit code and the report know nothing of it', () => {
    expect(faults(PASSED + FAILED)).toEqual([
      'B failed',
      'tests failed, and the exit code is 0',
      'the report names no failure, the output does: B',
    ]);
  });

  it('is none when only the report says that a test failed', () => {
    const core = 'result: failure, statistics: { Passed: 8, Failed: 1, Skipped: 0 }, failedTests: [A]';
    expect(faults(PASSED, { report: report(core) })).toEqual([
      'the report says failure of GATEWAY-HTTP: 8 passed, 1 failed, 0 skipped',
      'the report says that A failed, the output does not',
    ]);
  });

  it('may have a report that calls failed tests passed where the release is known for it, and is none all the same', () => {
    const release = releaseOf('v1.6.1');
    const of = { ...report(), gatewayAPIVersion: 'v1.6.1' };
    expect(faults(PASSED + FAILED, { release, exitCode: 1, report: of })).toEqual([
      'B failed',
      'the test binary ended with 1',
    ]);
  });

  it('is none with a test skipped, but for those of meshes', () => {
    expect(faults(PASSED + skipped('GatewayPort8080'))).toEqual([
      'C was skipped: Skipping C: suite does not support GatewayPort8080',
    ]);
    expect(faults(PASSED + skipped('MeshHTTPRouteRewritePath'))).toEqual([]);
  });

  it('is none with a test that has no result, or a binary that was ended', () => {
    expect(faults('\x16=== RUN   TestConformance/A\n', { exitCode: null, report: undefined })).toEqual([
      'A has no result',
      'the test binary ended with a signal',
      'there is no report',
    ]);
  });

  it('is none with a profile missing, or a report of another release', () => {
    const { profiles, ...rest } = report();
    const of = { ...rest, gatewayAPIVersion: 'v1.6.1', profiles: profiles.slice(1) };
    expect(faults(PASSED, { report: of })).toEqual([
      'the report is of v1.6.1',
      'the report has no profile GATEWAY-HTTP',
    ]);
  });
});

describe('what is counted', () => {
  const tally = tallyOf(PASSED + FAILED + skipped('MeshCore') + '\x16=== RUN   TestConformance/D\n');

  it('is every test once, with what its failed parts said last', () => {
    expect(tally.of('failed')).toEqual([
      { test: 'B', outcome: 'failed', seconds: 2, why: ['first_part:', '404', 'not yet', 'Applying b.yaml'] },
    ]);
    expect(tally.of('passed').map(({ test }) => test)).toEqual(['A']);
    expect(tally.unended).toEqual(['D']);
  });

  it('knows which feature a skipped test lacked', () => {
    expect(tally.of('skipped').map(missingFeature)).toEqual(['MeshCore']);
  });
});
