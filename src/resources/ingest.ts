import { findKind, meantKind, readKind } from './catalogue.js';
import { evaluateRules } from './cel/evaluate.js';
import { admitCore, coreDefaults } from './core/index.js';
import type { Fault, FaultRule } from './fault.js';
import type { Kind } from './kinds.js';
import { readMetadata } from './metadata.js';
import { dns1123SubdomainFault, signedNameFault, type NameFault } from './names.js';
import { groupOf, type ObjectRef } from './object.js';
import { currentForm } from './older-forms/index.js';
import { check } from './schema/check.js';
import { withDefaults } from './schema/defaults.js';
import { noFindings, report, type Findings } from './schema/findings.js';
import { field, isJsonObject, typeName, type JsonObject } from './schema/json.js';
import { loadSchema, type SchemaKind } from './schema/load.js';
import type { SchemaNode } from './schema/schema.js';
import type { KnownObject } from './types/index.js';

/** What became of one object of a file. */
export interface Ingested {
  /** Which object it is, as far as that can be told: undefined without a kind or a name. */
  readonly ref: ObjectRef | undefined;
  /** Defaulted and of the current version; undefined if any fault is an error, or the kind is not read. */
  readonly object: KnownObject | undefined;
  /** Every fault, structural ones before those of rules. */
  readonly faults: readonly Fault[];
}

/**
 * Takes one object (not a List) that a person wrote and does with it what an API server does on create: older forms made current,
 * defaults, schema, CEL rules, Kubernetes' own rules. `raw` is plain JSON data and is not changed. Never throws for what is in it.
 * Metadata that a server owns, and a `status` that nobody reads, are accepted and dropped.
 */
export function ingest(raw: unknown): Ingested {
  const findings = noFindings();
  if (!isJsonObject(raw)) {
    report(findings, 'notAnObject', [], `must be an object of the Kubernetes API, not ${typeName(raw)}`);
    return { ref: undefined, object: undefined, faults: findings.faults };
  }
  const apiVersion = textField(raw, 'apiVersion', findings);
  const kind = textField(raw, 'kind', findings);
  if (apiVersion === undefined || kind === undefined) {
    return { ref: undefined, object: undefined, faults: findings.faults };
  }
  const group = groupOf(apiVersion);
  const known = findKind(group, kind);
  const ref = readRef(raw, group, kind, known);
  if (known === undefined) return { ref, object: undefined, faults: [unknownKind(apiVersion, kind)] };
  const version = apiVersion.slice(group === '' ? 0 : group.length + 1);
  const file = Object.hasOwn(known.versions, version) ? known.versions[version] : undefined;
  if (file === undefined) {
    report(findings, 'unsupportedVersion', ['apiVersion'], unsupportedVersion(known, version));
    return { ref, object: undefined, faults: findings.faults };
  }
  const object = admit(raw, known, version, file, findings);
  return { ref, object, faults: findings.faults };
}

/** The object in its current form if it has no error and its kind is read. */
function admit(
  raw: JsonObject,
  known: SchemaKind,
  version: string,
  file: string,
  findings: Findings,
): KnownObject | undefined {
  const { apiVersion: _apiVersion, kind: _kind, metadata: rawMetadata, status, ...rest } = raw;
  const read = readKind(known.group, known.kind);
  const readsStatus = read?.readsStatus === true;
  const written = readsStatus && status !== undefined ? { ...rest, status } : rest;
  const metadata = readMetadata(rawMetadata, known.namespaced, findings, {
    nameFault: nameFaultOf(known),
    keepsEnd: readsStatus,
  });
  const current = currentForm(known.group, known.kind, version, written);
  findings.faults.push(...current.faults);
  const body = filledIn(loadSchema(file), read, current.body);
  check(loadSchema(file), body, [], findings);
  evaluateRules(loadSchema(file), body, [], findings);
  if (read === undefined) {
    findings.faults.push(warning('notServed', ['kind'], `${known.kind} is recognised, but not served yet`));
    return undefined;
  }
  if (findings.unsound.size > 0) return undefined;
  const apiVersion = read.group === '' ? read.version : `${read.group}/${read.version}`;
  // The one decoding edge of this room: the schema has just said that this is what the type says.
  const object = { apiVersion, kind: read.name, metadata, ...body } as unknown as KnownObject;
  const admitted = admitCore(object, findings);
  return findings.faults.some(({ severity }) => severity === 'error') ? undefined : admitted;
}

/** Of all kinds that are read only one has wider names. */
function nameFaultOf({ kind }: SchemaKind): NameFault {
  return kind === 'ClusterTrustBundle' ? signedNameFault : dns1123SubdomainFault;
}

function filledIn(schema: SchemaNode, read: Kind | undefined, written: JsonObject): JsonObject {
  const filled = withDefaults(schema, written);
  const body = isJsonObject(filled) ? filled : written;
  return read?.schema === 'kubernetes' ? coreDefaults(read.name, body) : body;
}

function readRef(
  raw: JsonObject,
  group: string,
  kind: string,
  known: SchemaKind | undefined,
): ObjectRef | undefined {
  const metadata = field(raw, 'metadata');
  const name = isJsonObject(metadata) ? field(metadata, 'name') : undefined;
  if (!isJsonObject(metadata) || typeof name !== 'string' || name === '') return undefined;
  const written = field(metadata, 'namespace');
  const namespace = typeof written === 'string' ? written : '';
  if (known?.namespaced === false) return { group, kind, namespace: '', name };
  return { group, kind, namespace: known !== undefined && namespace === '' ? 'default' : namespace, name };
}

function textField(raw: JsonObject, name: 'apiVersion' | 'kind', findings: Findings): string | undefined {
  const value = field(raw, name);
  if (typeof value === 'string' && value !== '') return value;
  if (value === undefined || value === null || value === '') {
    report(findings, 'required', [name], 'is required', { target: 'key' });
  } else report(findings, 'type', [name], `must be string, not ${typeName(value)}`);
  return undefined;
}

function unknownKind(apiVersion: string, kind: string): Fault {
  const group = groupOf(apiVersion);
  const meant = meantKind(group, kind);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return warning(
    'unknownKind',
    ['kind'],
    `${kind} (${apiVersion}) is not a kind that is read here, and ignored${hint}`,
  );
}

function unsupportedVersion(known: SchemaKind, version: string): string {
  const served = Object.keys(known.versions).map((name) =>
    known.group === '' ? name : `${known.group}/${name}`,
  );
  return `${known.kind} has no version ${JSON.stringify(version)}; served: ${served.join(', ')}`;
}

function warning(rule: FaultRule, path: readonly string[], message: string): Fault {
  return { path, message, rule, severity: 'warning', target: 'value' };
}
