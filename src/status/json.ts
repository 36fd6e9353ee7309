/** Data as the API server gives it: whatever others wrote is in it, and nothing is taken for granted. */
export type Json = Readonly<Record<string, unknown>>;

export function objectAt(value: unknown, field: string): Json {
  const found = fieldOf(value, field);
  return isJson(found) ? found : {};
}

/** The objects of a list; none where there is no list. */
export function listAt(value: unknown, field: string): readonly Json[] {
  const found = fieldOf(value, field);
  return Array.isArray(found) ? found.filter(isJson) : [];
}

export function fieldOf(value: unknown, field: string): unknown {
  return isJson(value) ? value[field] : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
