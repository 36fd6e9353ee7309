import type { PathStep } from '../../resources/index.js';

/** One object inside a document's value, and the path to it. */
export interface Item {
  readonly path: readonly PathStep[];
  readonly raw: unknown;
}

/**
 * The objects of a document: the items of a `List` or of a typed list (`HTTPRouteList`, as the API server answers), otherwise the
 * value itself. Items of a typed list may leave `apiVersion` and `kind` to the list. An empty document holds none.
 */
export function expandList(value: unknown, path: readonly PathStep[] = []): Item[] {
  if (value === null) return [];
  if (!isRecord(value) || !isList(value)) return [{ path, raw: value }];
  const { kind, apiVersion, items } = value;
  if (!Array.isArray(items)) return [];
  const itemType = kind === 'List' ? {} : { apiVersion, kind: String(kind).slice(0, -'List'.length) };
  return items.flatMap((item: unknown, index) => {
    const typed = isRecord(item) && item['kind'] === undefined ? { ...itemType, ...item } : item;
    return typed === null
      ? [{ path: [...path, 'items', index], raw: typed }]
      : expandList(typed, [...path, 'items', index]);
  });
}

function isList(value: Readonly<Record<string, unknown>>): boolean {
  const { kind, items } = value;
  return (
    typeof kind === 'string' &&
    kind.endsWith('List') &&
    (Array.isArray(items) || items === null || kind === 'List')
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
