import { levelsOf, testsThat, type Report } from './report.js';
import { PROFILES, type Release } from './suites.js';
import { missingFeature, type Result, type Tally } from './tally.js';

/** What a complete run left behind. */
export interface Run {
  readonly release: Release;
  /** Of all tests of the suite. */
  readonly tests: readonly string[];
  readonly tally: Tally;
  /** Of the test binary; null: a signal ended it. */
  readonly exitCode: number | null;
  /** Undefined: it wrote none. */
  readonly report: Report | undefined;
}

/**
 * What keeps a complete run from being a success, each fault in words; none: every test of gateways passed. Exit code, output and report must say the
 * same, as each has been wrong in one release or another. Tests that need a feature of meshes are left out.
 */
export function faultsOf(run: Run): readonly string[] {
  const { tests, tally, exitCode, report } = run;
  const failed = tally.of('failed').map(({ test }) => test);
  const missing = tests.filter((test) => !tally.results.has(test));
  return [
    ...failed.map((test) => `${test} failed`),
    ...tally
      .of('skipped')
      .filter((result) => !isOfMeshes(result))
      .map(({ test, why }) => `${test} was skipped: ${why.join(' ')}`),
    ...missing.map((test) => `${test} has no result`),
    ...(exitCode === 0 ? [] : [`the test binary ended with ${exitCode ?? 'a signal'}`]),
    ...(exitCode === 0 && failed.length > 0 ? ['tests failed, and the exit code is 0'] : []),
    ...(report === undefined ? ['there is no report'] : faultsOfReport(run, report, failed)),
  ];
}

export function isOfMeshes(result: Result): boolean {
  return missingFeature(result)?.startsWith('Mesh') === true;
}

function faultsOfReport({ release }: Run, report: Report, failed: readonly string[]): readonly string[] {
  const named = testsThat('failedTests', report);
  const quiet = failed.filter((test) => !named.includes(test));
  return [
    ...(report.gatewayAPIVersion === release.version ? [] : [`the report is of ${report.gatewayAPIVersion}`]),
    ...PROFILES.filter((name) => !report.profiles.some((profile) => profile.name === name)).map(
      (name) => `the report has no profile ${name}`,
    ),
    ...report.profiles.flatMap((profile) =>
      levelsOf(profile).flatMap(({ result, statistics: { Passed, Failed, Skipped } }) =>
        result === 'success' && Failed === 0 && Skipped === 0 && Passed > 0
          ? []
          : [
              `the report says ${result} of ${profile.name}: ${Passed} passed, ${Failed} failed, ${Skipped} skipped`,
            ],
      ),
    ),
    ...named
      .filter((test) => !failed.includes(test))
      .map((test) => `the report says that ${test} failed, the output does not`),
    // A failed test of no profile is in no report; that it failed is said already.
    ...(release.isReportOfParallelTestsTrue && quiet.length > 0 && named.length === 0
      ? [`the report names no failure, the output does: ${quiet.join(', ')}`]
      : []),
  ];
}
