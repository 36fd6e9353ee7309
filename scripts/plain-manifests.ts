import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, NAMESPACE } from '../e2e/cluster/chart.js';
import type { Commands } from '../e2e/cluster/commands.js';

/** Files for `kubectl apply --server-side -f`, by name, in the order in which they are applied: at most one of the two of the Gateway API. */
export async function plainManifests(commands: Commands): Promise<ReadonlyMap<string, string>> {
  const rendered = await commands.ok('helm', ['template', 'windlass', CHART, '--namespace', NAMESPACE]);
  const namespace = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${NAMESPACE}\n`;
  const ofHelm = /^ *(app\.kubernetes\.io\/managed-by|helm\.sh\/chart): .*\n/gm;
  return new Map([
    ['gateway-api-standard.yaml', definitions('charts/gateway-api-standard/crds')],
    ['gateway-api-experimental.yaml', definitions('charts/gateway-api-experimental/crds')],
    ['windlass-crds.yaml', definitions('crds')],
    ['windlass.yaml', `---\n${namespace}${rendered.replace(ofHelm, '')}`],
  ]);
}

/** The documents of a folder of the chart in one. */
function definitions(folder: string): string {
  const files = readdirSync(join(CHART, folder)).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => `---\n${readFileSync(join(CHART, folder, name), 'utf8').trim()}\n`).join('');
}
