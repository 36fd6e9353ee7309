import { isKindName, KINDS } from './kinds.js';
import type { KubeObject } from './object.js';
import { isJsonObject, isList, type JsonObject } from './schema/json.js';

/** Metadata that changes with every write, ours included, and that nobody here reads. */
const UNREAD_METADATA = new Set(['resourceVersion', 'managedFields']);

/**
 * True when two states of one object differ only in `resourceVersion`, `managedFields` or a `status` that is not read, so that the old identity
 * can be kept and nobody is woken (docs/architecture.md). A new `uid` is a new object, and a new `generation` is news for statuses.
 */
export function sameForUs(a: KubeObject, b: KubeObject): boolean {
  const readsStatus = isKindName(a.kind) && KINDS[a.kind].readsStatus === true;
  return a === b || sameValue(a, b, readsStatus ? { ...UNREAD, fields: NOTHING.fields } : UNREAD);
}

/** What is not compared: the named fields, and within some fields their own. */
interface Unread {
  readonly fields: ReadonlySet<string>;
  readonly within: ReadonlyMap<string, Unread>;
}

const NOTHING: Unread = { fields: new Set(), within: new Map() };
const UNREAD: Unread = {
  fields: new Set(['status']),
  within: new Map([['metadata', { fields: UNREAD_METADATA, within: new Map() }]]),
};

/** Equality of JSON data, whatever the order of fields. */
function sameValue(a: unknown, b: unknown, unread: Unread): boolean {
  if (a === b) return true;
  if (isList(a))
    return isList(b) && a.length === b.length && a.every((entry, at) => sameValue(entry, b[at], NOTHING));
  return isJsonObject(a) && isJsonObject(b) && sameFields(a, b, unread);
}

function sameFields(a: JsonObject, b: JsonObject, { fields, within }: Unread): boolean {
  let unmatched = 0;
  for (const name of Object.keys(b)) if (!fields.has(name)) unmatched += 1;
  for (const name of Object.keys(a)) {
    if (fields.has(name)) continue;
    if (!Object.hasOwn(b, name) || !sameValue(a[name], b[name], within.get(name) ?? NOTHING)) return false;
    unmatched -= 1;
  }
  return unmatched === 0;
}
