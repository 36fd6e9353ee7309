import { readFileSync } from 'node:fs';
import { schemaNode, type Schema, type SchemaNode } from './schema.js';

/** One kind that has a schema. Source: `scripts/schemas.mjs`, which writes gen/. */
export interface SchemaKind {
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Served versions, each with the file that holds its schema. */
  readonly versions: Readonly<Record<string, string>>;
}

const GEN = new URL('../gen/', import.meta.url);
const nodes = new Map<string, SchemaNode>();
let kinds: readonly SchemaKind[] | undefined;

/** Every kind that has a schema: those we read, and the further ones of Gateway API. */
export function schemaKinds(): readonly SchemaKind[] {
  kinds ??= read('kinds.json') as readonly SchemaKind[];
  return kinds;
}

/** The schema in a file of gen/, read when it is first asked for. */
export function loadSchema(file: string): SchemaNode {
  const known = nodes.get(file);
  if (known !== undefined) return known;
  const node = schemaNode(read(file) as Schema);
  nodes.set(file, node);
  return node;
}

/** The schema of `metadata`, the same for every kind. */
export function objectMetaSchema(): SchemaNode {
  return loadSchema('object-meta.json');
}

/** gen/ is written by our own build from vendored data, so its readers above say what it holds. */
function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, GEN), 'utf8'));
}
