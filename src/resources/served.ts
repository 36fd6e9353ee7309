// Objects as an API server serves them: it has validated them, but by the CRDs that are installed, which may be older or newer than ours.
import { findKind } from './catalogue.js';
import { evaluateRules } from './cel/evaluate.js';
import { coreDefaults } from './core/index.js';
import type { Fault } from './fault.js';
import type { Kind } from './kinds.js';
import type { ObjectMeta } from './object.js';
import { currentForm } from './older-forms/index.js';
import { check } from './schema/check.js';
import { withDefaults } from './schema/defaults.js';
import { noFindings, type Findings } from './schema/findings.js';
import { isJsonObject, type JsonObject } from './schema/json.js';
import { loadSchema } from './schema/load.js';
import { withoutUnknown } from './schema/unknown.js';
import type { KnownObject } from './types/index.js';
import { readPart } from './read-part.js';

/** What became of one object of an API server. */
export interface Admitted {
  /** Of the current version, with defaults and without what nobody reads; undefined if any fault is an error. */
  readonly object: KnownObject | undefined;
  readonly faults: readonly Fault[];
}

/**
 * Takes one object of the kind, served in one of its versions: older forms are made current, fields of newer ones dropped (as typed clients do), and what is left is held
 * against schema and rules, since those that are installed may ask for less. Never throws for what is in it.
 * @param raw plain JSON data, not changed
 */
export function admitServed(
  raw: JsonObject & { readonly metadata: ObjectMeta },
  kind: Kind,
  version: string,
): Admitted {
  const findings = noFindings();
  const file = findKind(kind.group, kind.name)?.versions[version];
  if (file === undefined) return { object: undefined, faults: findings.faults };
  const schema = loadSchema(file);
  const { apiVersion: _apiVersion, kind: _kind, metadata, status, ...rest } = raw;
  const written = kind.readsStatus === true && status !== undefined ? { ...rest, status } : rest;
  const body =
    kind.schema === 'kubernetes'
      ? coreDefaults(kind.name, readPart(kind.name, written))
      : currentBody(kind, version, written, findings);
  const filled = withDefaults(schema, withoutUnknown(schema, body));
  check(schema, filled, [], findings);
  if (kind.schema === 'crd') evaluateRules(schema, filled, [], findings);
  const { faults } = findings;
  if (faults.some(({ severity }) => severity === 'error') || !isJsonObject(filled))
    return { object: undefined, faults };
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  // The schema has just said that this is what the type says.
  return {
    object: {
      apiVersion,
      kind: kind.name,
      metadata: readMetadataOf(metadata),
      ...filled,
    } as unknown as KnownObject,
    faults,
  };
}

function currentBody(kind: Kind, version: string, written: JsonObject, findings: Findings): JsonObject {
  const { body, faults } = currentForm(kind.group, kind.name, version, written);
  findings.faults.push(...faults);
  return body;
}

/** Without `resourceVersion`, which changes with every write of a status and would be old here. */
function readMetadataOf(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, generation, creationTimestamp, deletionTimestamp, labels, annotations } =
    metadata;
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(generation !== undefined && { generation }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
}
