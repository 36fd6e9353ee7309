// Puts the reports of the last complete runs into docs/conformance, unedited, with the README made from them.
// node --import ./scripts/ts.mjs e2e/conformance/publish.ts [--from build/conformance]
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { publishedIn, RECORD, REPORTS, type Published } from './published.js';
import { overview, readme } from './readme.js';
import { RELEASES } from './suites.js';

const { values } = parseArgs({ options: { from: { type: 'string', default: 'build/conformance' } } });

const all: Published[] = [];
for (const { version } of RELEASES) {
  const made = resolve(values.from, version);
  const folder = join(REPORTS, version);
  const found = publishedIn(made);
  if (found !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of [found.file, RECORD]) copyFileSync(join(made, name), join(folder, name));
  }
  const published = publishedIn(folder);
  if (published === undefined) continue;
  writeFileSync(join(folder, 'README.md'), readme(published));
  all.push(published);
}
writeFileSync(join(REPORTS, 'README.md'), overview(all));
