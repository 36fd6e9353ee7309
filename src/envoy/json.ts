import type { Json } from '../proto/index.js';

/** `Array.isArray` does not narrow a readonly array away. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(value: Json): Readonly<Record<string, Json>> {
  return value === null || typeof value !== 'object' || isList(value) ? {} : value;
}
