import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Commands } from './commands.js';

export const CHART = join(import.meta.dirname, '..', '..', 'charts', 'windlass');
export const NAMESPACE = 'windlass-system';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** Arguments that set values, as [`replicas=3`]. */
export function setting(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => ['--set-json', value]);
}

/** What the chart makes of values. @param values as `replicas=3`; what stands behind the sign is JSON */
export async function render(
  commands: Commands,
  values: readonly string[] = [],
  ...more: readonly string[]
): Promise<readonly Manifest[]> {
  const args = ['template', 'windlass', CHART, '--namespace', NAMESPACE, ...setting(values), ...more];
  return manifestsOf(await commands.ok('helm', args));
}

/** Each document of a YAML stream that is not empty. */
export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

/** The one of that kind and name. */
export function manifest(all: readonly Manifest[], kind: string, name = 'windlass'): Manifest {
  const found = all.filter((one) => one.kind === kind && one.metadata.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} ${name}`);
  return only;
}
