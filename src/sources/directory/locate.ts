import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { PathStep } from '../../resources/index.js';

/**
 * The offset in the document's text that a field path points at: the key or the value of the pair at `path`. A path that leads to
 * an absent field points at its nearest ancestor that is written: the ancestor's key, or the list entry's start. Through an alias
 * or a merge key (`<<`) it points at the text the alias stands for, which is what has to be edited.
 */
export function locate(document: Document, path: readonly PathStep[], target: 'key' | 'value'): number {
  let node = resolved(document, document.contents);
  let key = startOf(node) ?? 0;
  for (const step of path) {
    const field = child(document, node, step);
    if (field === undefined) return key;
    key = startOf(field.key) ?? key;
    node = resolved(document, field.value);
  }
  return target === 'key' || path.length === 0 ? key : (startOf(node) ?? key);
}

/** The parser reads this key as a symbol. */
const MERGE = '<<';

function child(
  document: Document,
  node: Node | undefined,
  step: PathStep,
): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    return item === undefined ? undefined : { key: item, value: item };
  }
  return isMap(node) ? pairOf(document, node, String(step)) : undefined;
}

function pairOf(document: Document, map: YAMLMap, name: string): Pair | undefined {
  const own = map.items.find((pair) => keyOf(pair) === name);
  if (own !== undefined) return own;
  for (const pair of map.items.filter((candidate) => keyOf(candidate) === MERGE)) {
    const merged = resolved(document, pair.value);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const base = resolved(document, source);
      const found = isMap(base) ? pairOf(document, base, name) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function keyOf(pair: Pair): string {
  const key = isScalar(pair.key) ? pair.key.value : '';
  return typeof key === 'symbol' ? MERGE : String(key);
}

function resolved(document: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isNode(node) ? node : undefined;
}

/** Undefined for a value that is not written (`key:` alone), whose place says nothing. */
function startOf(node: unknown): number | undefined {
  if (isPair(node)) return startOf(node.key);
  if (!isNode(node) || !node.range) return undefined;
  const [start, end] = node.range;
  return isScalar(node) && start === end ? undefined : start;
}
