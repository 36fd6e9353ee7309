import type { ObjectPatch } from '../../resources/index.js';
import type { InfraObject } from './objects/infra-object.js';

// Strategic merge of what users write as a last resort over what was made. Source: Kubernetes, Update API Objects in Place Using kubectl patch; the
// keys of lists are those of its API reference.

/** By what the entries of a list are told apart, by the list's name; a list that is not here is replaced as a whole. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  // Of a container and of a Service.
  ports: ['containerPort', 'port'],
};

type Fields = Readonly<Record<string, unknown>>;

/** The object with those patches that are for its kind. What it is found and owned by stays, whatever they say. */
export function patched(object: InfraObject, patches: readonly ObjectPatch[]): InfraObject {
  const own = patches.filter(({ kind }) => kind === object.kind);
  if (own.length === 0) return object;
  const merged = own.reduce<Fields>((before, { patch }) => strategicMerge(before, patch), { ...object });
  return restored(merged, object);
}

/** @param patch a field that is null goes; `$patch: replace` and `$patch: delete` as in Kubernetes */
export function strategicMerge(target: Fields, patch: Fields): Fields {
  const { $patch: directive, ...fields } = patch;
  if (directive === 'replace') return fields;
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || (isFields(value) && value['$patch'] === 'delete')) merged.delete(name);
    else merged.set(name, mergedField(name, merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function mergedField(name: string, before: unknown, value: unknown): unknown {
  if (isFields(value)) return strategicMerge(isFields(before) ? before : {}, value);
  const keys = KEYS[name];
  if (!Array.isArray(value) || !Array.isArray(before) || keys === undefined) return value;
  return mergedList(before, value, keys);
}

function mergedList(
  before: readonly unknown[],
  patches: readonly unknown[],
  keys: readonly string[],
): readonly unknown[] {
  const list = [...before];
  for (const patch of patches) {
    if (!isFields(patch)) return patches;
    const at = list.findIndex((entry) => isFields(entry) && isSame(entry, patch, keys));
    const found = at < 0 ? undefined : list[at];
    if (patch['$patch'] === 'delete') {
      if (at >= 0) list.splice(at, 1);
    } else if (isFields(found)) list[at] = strategicMerge(found, patch);
    else list.push(strategicMerge({}, patch));
  }
  return list;
}

/** By those keys that the patch names, of which there has to be one. A Service has the same port for TCP and UDP. */
function isSame(entry: Fields, patch: Fields, keys: readonly string[]): boolean {
  const named = [...keys, 'protocol'].filter((key) => patch[key] !== undefined);
  return keys.some((key) => named.includes(key)) && named.every((key) => entry[key] === patch[key]);
}

/** Selectors, their labels, names and owners cannot be had otherwise: the rest is theirs. */
function restored(merged: Fields, { apiVersion, kind, metadata, spec }: InfraObject): InfraObject {
  const patchedMetadata = isFields(merged['metadata']) ? merged['metadata'] : {};
  const patchedSpec = isFields(merged['spec']) ? merged['spec'] : undefined;
  const { name, namespace, ownerReferences } = metadata;
  const object = {
    ...merged,
    apiVersion,
    kind,
    metadata: {
      ...patchedMetadata,
      name,
      namespace,
      ownerReferences,
      labels: { ...texts(patchedMetadata['labels']), ...metadata.labels },
      annotations: { ...texts(patchedMetadata['annotations']), ...fixed(metadata.annotations) },
    },
  };
  if (patchedSpec === undefined || spec === undefined) return object;
  const selector = spec['selector'];
  return {
    ...object,
    spec: {
      ...patchedSpec,
      ...(selector !== undefined && { selector }),
      ...(spec['template'] !== undefined && {
        template: withLabels(patchedSpec['template'], spec['template']),
      }),
    },
  };
}

/** Annotations of ours; those of the user may be changed. */
function fixed(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key.startsWith('windlass.io/')));
}

function withLabels(template: unknown, original: unknown): unknown {
  if (!isFields(template)) return original;
  const metadata = isFields(template['metadata']) ? template['metadata'] : {};
  const before = isFields(original) && isFields(original['metadata']) ? original['metadata'] : {};
  const labels = { ...texts(metadata['labels']), ...texts(before['labels']) };
  return { ...template, metadata: { ...metadata, labels } };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return isFields(value) ? (value as Readonly<Record<string, string>>) : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
