import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from './record.js';
import { readReport, type Report } from './report.js';

/** Where reports are kept, in a folder for each release of the suite. */
export const REPORTS = join(import.meta.dirname, '..', '..', 'docs', 'conformance');
export const RECORD = 'run.json';

/** What a complete run has left in a folder. */
export interface Published {
  /** Name of the report. */
  readonly file: string;
  readonly report: Report;
  readonly record: RunRecord;
}

/** Undefined: no complete run has left anything there. */
export function publishedIn(folder: string): Published | undefined {
  if (!existsSync(join(folder, RECORD))) return undefined;
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('-report.yaml'));
  if (file === undefined) throw new Error(`${folder} has a ${RECORD}, and no report`);
  return { file, report: readReport(read(file)), record: JSON.parse(read(RECORD)) as RunRecord };
}
