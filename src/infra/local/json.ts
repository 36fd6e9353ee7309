// Reading JSON that others wrote: what is not there, or of another type, is undefined.

/** The value of a JSON text; undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the answers this function gives.
    return undefined;
  }
}

/** The member that `path` leads to. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, name) => (typeof here === 'object' && here !== null ? Reflect.get(here, name) : undefined),
    value,
  );
}

export function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Empty for anything that is no array. */
export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
