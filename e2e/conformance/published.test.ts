import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { publishedIn, REPORTS } from './published.js';
import { overview, readme } from './readme.js';
import { levelsOf } from './report.js';
import { PROFILES, RELEASES } from './suites.js';

describe.each(RELEASES.map(({ version }) => version))('the published report of the suite %s', (version) => {
  const published = publishedIn(join(REPORTS, version));

  it('is of that release, has the name that upstream wants, and says that everything passed', () => {
    const { file, report } = published ?? {};
    const { implementation, gatewayAPIChannel, mode } = report ?? {};
    expect(report?.gatewayAPIVersion).toBe(version);
    expect(file).toBe(
      `${gatewayAPIChannel ?? ''}-${implementation?.version ?? ''}-${mode ?? ''}-report.yaml`,
    );
    expect(report?.profiles.map(({ name }) => name).toSorted()).toEqual(PROFILES.toSorted());
    const levels = report?.profiles.flatMap(levelsOf) ?? [];
    expect(levels.filter(({ result, statistics: { Failed, Skipped } }) => result !== 'success' || Failed + Skipped > 0)).toEqual([]); // prettier-ignore
  });

  it('is what the README beside it tells', () => {
    expect(published).toBeDefined();
    if (published !== undefined)
      expect(readFileSync(join(REPORTS, version, 'README.md'), 'utf8')).toBe(readme(published));
  });
});

it('the overview tells of every published report', () => {
  const all = RELEASES.flatMap(({ version }) => publishedIn(join(REPORTS, version)) ?? []);
  expect(readFileSync(join(REPORTS, 'README.md'), 'utf8')).toBe(overview(all));
});
