import { isJsonObject, isList } from './json.js';
import { childNode, type SchemaNode } from './schema.js';

/** The value without fields that the schema does not have; the value itself where there are none. */
export function withoutUnknown(node: SchemaNode, value: unknown): unknown {
  if (isList(value)) {
    const { items } = node;
    if (items === undefined) return value;
    const kept = value.map((entry) => withoutUnknown(items, entry));
    return kept.every((entry, at) => entry === value[at]) ? value : kept;
  }
  if (!isJsonObject(value)) return value;
  let isSame = true;
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const child = childNode(node, name);
    if (child === undefined && !node.open) {
      isSame = false;
      continue;
    }
    const next = child === undefined ? inner : withoutUnknown(child, inner);
    if (next !== inner) isSame = false;
    kept.push([name, next]);
  }
  return isSame ? value : Object.fromEntries(kept);
}
