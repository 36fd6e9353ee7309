import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GUIDE = join(import.meta.dirname, '../../../docs/guide/kubernetes/integrations.md');

/**
 * What the guide has its readers apply: the blocks of YAML below a heading, in order. The tests take them from there, so that what is written is what works.
 * @throws Error when there are not as many
 */
export function guideBlocks(heading: string, count: number): readonly string[] {
  const section = readFileSync(GUIDE, 'utf8')
    .split(/^## /m)
    .find((text) => text.startsWith(`${heading}\n`));
  const blocks = [...(section ?? '').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  if (blocks.length !== count)
    throw new Error(`${blocks.length} blocks of YAML below ${heading}, not ${count}`);
  return blocks;
}

/** The text with something else in it. @throws Error when it is not there once */
export function exchanged(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${parts.length - 1} of ${from} in the guide`);
  return parts.join(to);
}
