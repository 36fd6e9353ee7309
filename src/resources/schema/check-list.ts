import { report, type Findings, type Path } from './findings.js';
import { field, isJsonObject } from './json.js';
import type { Schema } from './schema.js';

/** Length of a list, and uniqueness of the entries of list-type `set` and the keys of list-type `map`. */
export function checkList(schema: Schema, value: readonly unknown[], path: Path, findings: Findings): void {
  const { minItems = 0, maxItems = Infinity } = schema;
  if (value.length < minItems) {
    report(findings, 'items', path, `must have at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`);
  }
  if (value.length > maxItems) {
    const message = `must have at most ${maxItems} entries, not ${value.length}`;
    report(findings, 'items', path, message, { hides: 'ancestors' });
  }
  const keysOf = entryKeys(schema);
  if (keysOf === undefined) return;
  // A rule that stands at the list itself usually says once more that its entries are unique.
  const hides = schema['x-kubernetes-validations'] === undefined ? 'nothing' : 'parent';
  const seen = new Map<string, number>();
  value.forEach((entry, index) => {
    const { key, words } = keysOf(entry);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else
      report(findings, 'duplicate', [...path, index], `has the same ${words} as entry ${first}`, { hides });
  });
}

/** How entries are told apart, or undefined for an atomic list. */
function entryKeys(schema: Schema): ((entry: unknown) => { key: string; words: string }) | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') {
    return (entry) => ({ key: JSON.stringify(entry), words: `value ${inWords(entry)}` });
  }
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  return (entry) => {
    const values = names.map((name) => (isJsonObject(entry) ? field(entry, name) : entry));
    const words = names.map((name, index) => `${name} ${inWords(values[index])}`).join(' and ');
    return { key: JSON.stringify(values), words };
  };
}

function inWords(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
