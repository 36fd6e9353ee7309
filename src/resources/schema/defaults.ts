// Structural defaulting, https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
import { isJsonObject, isList } from './json.js';
import { childNode, type SchemaNode } from './schema.js';

/**
 * A copy of `value` as an API server sees it before it validates: nulls that may not be null take their default or vanish,
 * missing fields take their default – also inside defaults, never through a missing parent.
 */
export function withDefaults(node: SchemaNode, value: unknown): unknown {
  if (isList(value)) {
    const { items } = node;
    return items === undefined ? value : value.map((entry) => withDefaults(items, orDefault(items, entry)));
  }
  if (!isJsonObject(value)) return value;
  const filled: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const child = childNode(node, name);
    if (child === undefined) filled.push([name, inner]);
    else if (inner !== null || child.schema.nullable === true)
      filled.push([name, withDefaults(child, inner)]);
    else if (child.schema.default !== undefined)
      filled.push([name, withDefaults(child, child.schema.default)]);
  }
  for (const [name, child] of node.properties) {
    if (child.schema.default !== undefined && !Object.hasOwn(value, name)) {
      filled.push([name, withDefaults(child, child.schema.default)]);
    }
  }
  return Object.fromEntries(filled);
}

/** A null in a list that may not be null takes the default of the entries; without one it stays, as a fault to be found. */
function orDefault(node: SchemaNode, value: unknown): unknown {
  return value === null && node.schema.nullable !== true ? (node.schema.default ?? null) : value;
}
