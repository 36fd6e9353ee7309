import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

// Whether an object on the server is as it was applied: the server fills in defaults and writes quantities its own way, and others may add fields.

/** By what entries of a list are told apart, in the order in which it is looked for. */
const ENTRY_KEYS = ['name', 'mountPath', 'uid'] as const;

/** Whether all that was applied is there, word for word. */
export function isCovered(applied: object, actual: object): boolean {
  return isDeepStrictEqual(part(actual, applied), plain(applied));
}

/** Of an object on the server what stands where something was applied. */
export function part(actual: unknown, applied: unknown): unknown {
  if (Array.isArray(applied)) return partOfList(actual, applied);
  if (!isFields(applied) || !isFields(actual)) return actual;
  return Object.fromEntries(
    Object.entries(applied).flatMap(([name, value]) =>
      value === undefined || actual[name] === undefined ? [] : [[name, part(actual[name], value)]],
    ),
  );
}

function partOfList(actual: unknown, applied: readonly unknown[]): unknown {
  const key = ENTRY_KEYS.find((name) =>
    applied.every((entry) => isFields(entry) && typeof entry[name] === 'string'),
  );
  if (!Array.isArray(actual) || key === undefined) return actual;
  const entries = actual.filter(isFields);
  return applied.map((one) => {
    const name = isFields(one) ? one[key] : undefined;
    return part(
      entries.find((entry) => entry[key] === name),
      one,
    );
  });
}

/** Of an object as it is applied; equal for equal ones, whatever the order of their fields. */
export function digestOf(object: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(object)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [name, sorted(inner)]);
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** As JSON has it: without fields that are undefined. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
