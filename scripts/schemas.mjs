// Compiles schemas/ into src/resources/gen/: one small JSON file per kind and version, read when the first object of it is met.
// Descriptions are dropped, references resolved, and versions of one kind that say the same share one file.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseAllDocuments } from 'yaml';

const SCHEMAS = new URL('../schemas/', import.meta.url);
const CRDS = new URL('gateway-api-1.7.0/experimental/', SCHEMAS);
const MULTICLUSTER = new URL('multicluster/', SCHEMAS);
const OWN_CRDS = new URL('windlass/', SCHEMAS);
const GEN = new URL('../src/resources/gen/', import.meta.url);

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const CORE_KINDS = [
  { group: '', kind: 'Namespace', namespaced: false, definition: 'io.k8s.api.core.v1.Namespace' },
  { group: '', kind: 'Service', namespaced: true, definition: 'io.k8s.api.core.v1.Service' },
  { group: '', kind: 'Pod', namespaced: true, definition: 'io.k8s.api.core.v1.Pod', readsStatus: true },
  { group: '', kind: 'Secret', namespaced: true, definition: 'io.k8s.api.core.v1.Secret' },
  { group: '', kind: 'ConfigMap', namespaced: true, definition: 'io.k8s.api.core.v1.ConfigMap' },
  {
    group: 'discovery.k8s.io',
    kind: 'EndpointSlice',
    namespaced: true,
    definition: 'io.k8s.api.discovery.v1.EndpointSlice',
  },
  {
    group: 'certificates.k8s.io',
    kind: 'ClusterTrustBundle',
    namespaced: false,
    definition: 'io.k8s.api.certificates.v1beta1.ClusterTrustBundle',
    // All of one shape; Kubernetes v1.37 has the first.
    versions: ['v1', 'v1beta1', 'v1alpha1'],
  },
];

/** src/resources/gen: what each kind is validated with, from schemas/. */
export function generateSchemas() {
  rmSync(GEN, { recursive: true, force: true });
  mkdirSync(GEN, { recursive: true });
  const kinds = [
    ...customKinds(CRDS),
    ...customKinds(MULTICLUSTER),
    backendLbPolicy(),
    ...coreKinds(),
    ...customKinds(OWN_CRDS),
  ];
  write('kinds.json', kinds);
  write('object-meta.json', definition(OBJECT_META));
  return kinds.length;
}

function customKinds(directory) {
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
  const crds = files.flatMap((name) =>
    parseAllDocuments(readFileSync(new URL(name, directory), 'utf8')).map((document) => document.toJS()),
  );
  return crds
    .filter((crd) => crd?.kind === 'CustomResourceDefinition')
    .map(({ spec }) => {
      const { group, names, scope } = spec;
      const known = new Map();
      const versions = {};
      for (const { name, served, schema } of spec.versions) {
        if (!served) continue;
        const bare = withoutBookkeeping(withoutDescriptions(schema.openAPIV3Schema));
        const text = JSON.stringify(bare);
        const file = known.get(text) ?? `${group}.${name}.${names.kind}.json`;
        if (!known.has(text)) write(file, bare);
        known.set(text, file);
        versions[name] = file;
      }
      return { group, kind: names.kind, namespaced: scope === 'Namespaced', versions };
    });
}

/** Gone since v1.3: what it was in v1.1 is what its successor has besides `retryConstraint`. */
function backendLbPolicy() {
  const successor = readFileSync(
    new URL('gateway.networking.x-k8s.io.v1alpha1.XBackendTrafficPolicy.json', GEN),
    'utf8',
  );
  const schema = JSON.parse(successor);
  delete schema.properties.spec.properties.retryConstraint;
  const [group, kind, version] = ['gateway.networking.k8s.io', 'BackendLBPolicy', 'v1alpha2'];
  const file = `${group}.${version}.${kind}.json`;
  write(file, schema);
  return { group, kind, namespaced: true, versions: { [version]: file } };
}

function coreKinds() {
  return CORE_KINDS.map(
    ({ group, kind, namespaced, definition: name, versions = ['v1'], readsStatus = false }) => {
      const file = `${group === '' ? 'core' : group}.v1.${kind}.json`;
      write(file, withoutBookkeeping(definition(name), readsStatus));
      return {
        group,
        kind,
        namespaced,
        versions: Object.fromEntries(versions.map((version) => [version, file])),
      };
    },
  );
}

const { definitions } = JSON.parse(readFileSync(new URL('kubernetes/openapi.json', SCHEMAS), 'utf8'));

/** A definition with its references replaced by what they name; IntOrString and free-form objects are marked as CRDs mark them. */
function definition(name) {
  const resolve = (node) => {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== 'object' || node === null) return node;
    if (typeof node.$ref === 'string') return definition(node.$ref.slice('#/definitions/'.length));
    if (node.format === 'int-or-string') return { 'x-kubernetes-int-or-string': true };
    if (node.type === 'object' && node.properties === undefined && node.additionalProperties === undefined) {
      return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    }
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value)]));
  };
  return withoutDescriptions(resolve(definitions[name]));
}

/** What every kind has alike is validated apart; `status` is the server's own and validated only where it is read. */
function withoutBookkeeping(schema, readsStatus = false) {
  const { apiVersion, kind, metadata, status, ...properties } = schema.properties;
  return { ...schema, properties: readsStatus ? { ...properties, status } : properties };
}

/** Drops the prose of a schema, but not a property that happens to be named `description`. */
function withoutDescriptions(schema) {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (typeof schema !== 'object' || schema === null) return schema;
  const bare = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'x-kubernetes-group-version-kind') continue;
    if (key === 'default' || key === 'enum') bare[key] = value;
    else if (key === 'properties') {
      bare[key] = Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, withoutDescriptions(child)]),
      );
    } else bare[key] = withoutDescriptions(value);
  }
  return bare;
}

function write(name, value) {
  writeFileSync(new URL(name, GEN), JSON.stringify(value));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(`schemas: ${generateSchemas()} kinds`);
}
