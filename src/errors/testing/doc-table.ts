import { readFileSync } from 'node:fs';

/**
 * The rows of a table in a reference page, header left out, cells trimmed: what ties a table of the code and its documentation together.
 * @param page name of a file of `docs/reference`
 * @param heading text of the heading that the table stands under
 */
export function docTable(page: string, heading: string): string[][] {
  const text = readFileSync(new URL(`../../../docs/reference/${page}`, import.meta.url), 'utf8');
  const [, section] = text.split(new RegExp(`^## ${heading}$`, 'm'));
  if (section === undefined) throw new Error(`${page} has no heading "${heading}"`);
  const lines = (section.split(/^#+ /m)[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  // Header and the line of dashes below it.
  return lines.slice(2).map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
