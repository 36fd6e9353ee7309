import { isKindName, KINDS, type Kind } from './kinds.js';
import { schemaKinds, type SchemaKind } from './schema/load.js';
import { suggestion } from './schema/suggestion.js';

/** The kind of an object that has a schema, or undefined. */
export function findKind(group: string, kind: string): SchemaKind | undefined {
  return byKey().get(`${group}/${kind}`);
}

/** The same if it is read, and not only validated. */
export function readKind(group: string, kind: string): Kind | undefined {
  const known = isKindName(kind) ? KINDS[kind] : undefined;
  return known?.group === group ? known : undefined;
}

/** What was probably meant by a kind that has no schema, as `Kind (apiVersion)`. */
export function meantKind(group: string, kind: string): string | undefined {
  const elsewhere = schemaKinds().find((known) => known.kind === kind);
  if (elsewhere !== undefined) return inWords(elsewhere);
  const inGroup = schemaKinds().filter((known) => known.group === group);
  const meant = suggestion(
    kind,
    inGroup.map((known) => known.kind),
  );
  const found = inGroup.find((known) => known.kind === meant);
  return found === undefined || group === '' ? undefined : inWords(found);
}

function inWords({ group, kind, versions }: SchemaKind): string {
  const [version = 'v1'] = Object.keys(versions);
  return `${kind} (${group === '' ? version : `${group}/${version}`})`;
}

let kindsByKey: ReadonlyMap<string, SchemaKind> | undefined;

function byKey(): ReadonlyMap<string, SchemaKind> {
  kindsByKey ??= new Map(schemaKinds().map((known) => [`${known.group}/${known.kind}`, known]));
  return kindsByKey;
}
