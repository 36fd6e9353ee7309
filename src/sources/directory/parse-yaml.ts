import { isAlias, isNode, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { KUBERNETES_SCALARS } from './scalars.js';

/** Uses of an anchor in one document, multiplied through nesting: far above honest use, far below what exhausts memory. */
const MAX_ALIASES = 1000;

/** A fault of the text itself, at an offset. */
interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
  readonly rule: 'syntax' | 'duplicateKey' | 'alias';
  readonly severity: 'error' | 'warning';
}

export interface ParsedYaml {
  /** The plain value; undefined if the text has a fault after which nothing can be said about it. */
  readonly value: unknown;
  readonly faults: readonly SyntaxFault[];
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * Parses one document as Kubernetes' tools read YAML (see scalars.ts), with merge keys and positions. Of the errors of a broken
 * text only the first is kept – those behind it follow from it – while every repeated key is a fault of its own.
 */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    prettyErrors: false,
    lineCounter: lines,
    merge: true,
    customTags: (tags) => [...KUBERNETES_SCALARS, ...tags],
  });
  const broken = document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
  const faults: SyntaxFault[] = (broken === undefined ? document.errors : [broken]).map(
    ({ code, message, pos }) =>
      code === 'DUPLICATE_KEY'
        ? {
            offset: pos[0],
            message: 'the same key is written twice',
            rule: 'duplicateKey',
            severity: 'error',
          }
        : { offset: pos[0], message: lowerFirst(message), rule: 'syntax', severity: 'error' },
  );
  for (const { message, pos } of document.warnings) {
    faults.push({ offset: pos[0], message: lowerFirst(message), rule: 'syntax', severity: 'warning' });
  }
  const circular = circularAlias(document);
  if (circular !== undefined) faults.push(aliasFault(circular, 'the alias stands inside what it refers to'));
  if (broken !== undefined || circular !== undefined) return { value: undefined, faults, document, lines };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), faults, document, lines };
  } catch (error) {
    // The parser refuses to expand: an unknown anchor, or more aliases than the bound.
    faults.push(aliasFault(0, lowerFirst(error instanceof Error ? error.message : String(error))));
    return { value: undefined, faults, document, lines };
  }
}

function aliasFault(offset: number, message: string): SyntaxFault {
  return { offset, message, rule: 'alias', severity: 'error' };
}

function circularAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias, ancestors) {
      const anchored = alias.resolve(document);
      if (
        anchored === undefined ||
        !ancestors.some((node) => isNode(node) && !isAlias(node) && node === anchored)
      )
        return undefined;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
