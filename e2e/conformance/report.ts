import { parse } from 'yaml';

/** A report of the suite, as far as it is read. Source: conformance/apis/v1 of the Gateway API. */
export interface Report {
  readonly date: string;
  readonly gatewayAPIChannel: string;
  readonly gatewayAPIVersion: string;
  readonly mode: string;
  readonly implementation: { readonly project: string; readonly version: string };
  readonly profiles: readonly ProfileReport[];
}

export interface ProfileReport {
  readonly name: string;
  readonly core: LevelReport;
  /** Undefined: no test of an extended feature ran. */
  readonly extended?: LevelReport & {
    readonly supportedFeatures?: readonly string[];
    readonly unsupportedFeatures?: readonly string[];
  };
}

export interface LevelReport {
  readonly result: string;
  readonly statistics: { readonly Passed: number; readonly Failed: number; readonly Skipped: number };
  readonly failedTests?: readonly string[];
  readonly skippedTests?: readonly string[];
}

/** @throws Error when it is no report */
export function readReport(text: string): Report {
  const report = parse(text) as Report | null;
  if (!Array.isArray(report?.profiles)) throw new Error('the file is no report of the conformance suite');
  return report;
}

export function levelsOf({ core, extended }: ProfileReport): readonly LevelReport[] {
  return extended === undefined ? [core] : [core, extended];
}

/** Tests that some profile calls failed or skipped, in ascending order. */
export function testsThat(what: 'failedTests' | 'skippedTests', report: Report): readonly string[] {
  const named = report.profiles.flatMap(levelsOf).flatMap((level) => level[what] ?? []);
  return [...new Set(named)].toSorted();
}
