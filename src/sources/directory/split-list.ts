import type { DocumentText } from './split.js';

const KIND = /^kind:[ \t]+(?:List|"List"|'List')[ \t]*(?:#.*)?\r?$/m;
const ITEMS = /^items:[ \t]*(?:#.*)?\r?$/m;
/** What may be an anchor or an alias: an item that uses those of another cannot be read alone. */
const MAY_REFER = /[\s[{,][&*]\w/;
const ENTRY = /^( *)-(?=[ \r\n]|$)/;

/**
 * Cuts a `kind: List` in block style – what `kubectl get -o yaml` prints – into its items by text, so that a large one costs no more
 * than as many documents: only the items that changed are parsed, and no parse is long. Returns the list without its items, then
 * each item with its dash made a blank, so that columns stay true. Undefined for everything else (flow style, JSON, typed lists,
 * anchors, bad indentation), which is to be read as a whole.
 *
 * Sound because YAML indents whatever belongs to an entry, continued scalars too, deeper than the entry's dash.
 */
export function splitList({ text, firstLine }: DocumentText): DocumentText[] | undefined {
  const start = ITEMS.exec(text);
  if (start === null || !KIND.test(text) || MAY_REFER.test(text)) return undefined;
  const lines = text.slice(start.index).split(/(?<=\n)/);
  const before = text.slice(0, start.index);
  const itemsLine = firstLine + newlines(before);
  const dash = ENTRY.exec(lines.slice(1).find(isContent) ?? '')?.[1]?.length;
  if (dash === undefined) return undefined;

  const items: { lines: string[]; readonly firstLine: number }[] = [];
  let end = 1;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    const current = items.at(-1);
    if (ENTRY.exec(line)?.[1]?.length === dash) {
      items.push({ lines: [`${line.slice(0, dash)} ${line.slice(dash + 1)}`], firstLine: itemsLine + end });
    } else if (!isContent(line) || indentation(line) > dash) current?.lines.push(line);
    else if (indentation(line) === 0 && !line.startsWith('\t')) break;
    else return undefined;
  }
  if (items.some((item) => !item.lines.some(isContent))) return undefined;
  const head = `${before}items: []\n${'\n'.repeat(end - 1)}${lines.slice(end).join('')}`;
  return [
    { text: head, firstLine },
    ...items.map((item) => ({ text: item.lines.join(''), firstLine: item.firstLine })),
  ];
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

/** Whether a line holds more than white space and a comment. */
function isContent(line: string): boolean {
  return /^[ \t]*[^\s#]/.test(line);
}

function indentation(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}
