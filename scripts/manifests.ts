// Renders the chart with its defaults into plain manifests, for those without Helm. Helm itself is built from its module first, once (Go, some minutes).
// node --import ./scripts/ts.mjs scripts/manifests.ts [DIRECTORY]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Commands } from '../e2e/cluster/commands.js';
import { plainManifests } from './plain-manifests.js';

const directory = resolve(process.argv[2] ?? 'build/manifests');
mkdirSync(directory, { recursive: true });
const commands = new Commands();
try {
  for (const [name, text] of await plainManifests(commands)) {
    writeFileSync(join(directory, name), text);
    console.log(join(directory, name));
  }
} finally {
  commands.dispose();
}
