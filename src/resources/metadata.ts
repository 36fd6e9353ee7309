// Object metadata: https://kubernetes.io/docs/concepts/overview/working-with-objects/, rules as in
// k8s.io/apimachinery/pkg/api/validation/objectmeta.go.
import {
  dns1123LabelFault,
  dns1123SubdomainFault,
  labelValueFault,
  qualifiedNameFault,
  type NameFault,
} from './names.js';
import { check } from './schema/check.js';
import { withDefaults } from './schema/defaults.js';
import { report, type Findings } from './schema/findings.js';
import { field, isJsonObject, type JsonObject } from './schema/json.js';
import { objectMetaSchema } from './schema/load.js';

/** Most bytes that all annotations of an object may take together. */
const ANNOTATIONS_LIMIT = 256 * 1024;

const END = 'deletionTimestamp';

/** What an API server sets itself and therefore drops from what is handed in; an export holds it all the same. */
const SERVER_OWNED = new Set([
  'managedFields',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  END,
  'deletionGracePeriodSeconds',
]);

interface MetadataRules {
  /** What is wrong with a name of the kind. */
  readonly nameFault?: NameFault;
  /** Whether `deletionTimestamp` is kept: what an object comes to that is about to end is part of its state. */
  readonly keepsEnd?: boolean;
}

/**
 * The metadata of a file's object as it is kept: without what the server owns (but with `creationTimestamp`, which orders routes),
 * and in namespace `default` if the kind has one and none is named. Faults go to `findings`.
 */
export function readMetadata(
  raw: unknown,
  namespaced: boolean,
  findings: Findings,
  { nameFault = dns1123SubdomainFault, keepsEnd = false }: MetadataRules = {},
): JsonObject {
  const schema = objectMetaSchema();
  const written = withDefaults(schema, raw ?? {});
  check(schema, written, ['metadata'], findings);
  if (!isJsonObject(written)) return {};
  checkName(written, nameFault, findings);
  checkNamespace(written, namespaced, findings);
  checkLabels(written, findings);
  checkAnnotations(written, findings);
  const kept = Object.fromEntries(
    Object.entries(written).filter(([name]) => (keepsEnd && name === END) || !SERVER_OWNED.has(name)),
  );
  return namespaced && !namesNamespace(kept) ? { ...kept, namespace: 'default' } : kept;
}

function namesNamespace(metadata: JsonObject): boolean {
  const namespace = field(metadata, 'namespace');
  return namespace !== undefined && namespace !== '';
}

/** Some kinds have narrower names; almost every name is at least a subdomain. */
function checkName(metadata: JsonObject, nameFault: NameFault, findings: Findings): void {
  const name = field(metadata, 'name');
  const path = ['metadata', 'name'];
  if (name === undefined || name === '') {
    const message =
      field(metadata, 'generateName') === undefined
        ? 'is required'
        : 'is required; generateName is not used here';
    report(findings, 'required', path, message, { target: 'key', hides: 'ancestors' });
  } else if (typeof name === 'string') {
    const fault = nameFault(name);
    if (fault !== undefined) report(findings, 'metadata', path, fault);
  }
}

function checkNamespace(metadata: JsonObject, namespaced: boolean, findings: Findings): void {
  const namespace = field(metadata, 'namespace');
  if (typeof namespace !== 'string' || namespace === '') return;
  const path = ['metadata', 'namespace'];
  if (!namespaced) {
    report(findings, 'metadata', path, 'must not be set: this kind is cluster-scoped', { target: 'key' });
    return;
  }
  const fault = dns1123LabelFault(namespace);
  if (fault !== undefined) report(findings, 'metadata', path, fault);
}

function checkLabels(metadata: JsonObject, findings: Findings): void {
  for (const [key, value] of stringEntries(field(metadata, 'labels'))) {
    const path = ['metadata', 'labels', key];
    const keyFault = qualifiedNameFault(key);
    if (keyFault !== undefined) report(findings, 'metadata', path, keyFault, { target: 'key' });
    const valueFault = labelValueFault(value);
    if (valueFault !== undefined) report(findings, 'metadata', path, valueFault);
  }
}

function checkAnnotations(metadata: JsonObject, findings: Findings): void {
  let size = 0;
  for (const [key, value] of stringEntries(field(metadata, 'annotations'))) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
    const fault = qualifiedNameFault(key.toLowerCase());
    if (fault !== undefined)
      report(findings, 'metadata', ['metadata', 'annotations', key], fault, { target: 'key' });
  }
  if (size <= ANNOTATIONS_LIMIT) return;
  const message = `must take at most ${ANNOTATIONS_LIMIT} bytes together, not ${size}`;
  report(findings, 'metadata', ['metadata', 'annotations'], message);
}

function stringEntries(map: unknown): [string, string][] {
  if (!isJsonObject(map)) return [];
  return Object.entries(map).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] satisfies [string, string]] : [],
  );
}
