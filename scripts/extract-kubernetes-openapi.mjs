// Takes the definitions of the core kinds we read, with all they refer to, out of Kubernetes' swagger.json (schemas/kubernetes/README.md).
import { readFileSync, writeFileSync } from 'node:fs';

const ROOTS = [
  'io.k8s.api.core.v1.Namespace',
  'io.k8s.api.core.v1.Service',
  'io.k8s.api.core.v1.Pod',
  'io.k8s.api.core.v1.Secret',
  'io.k8s.api.core.v1.ConfigMap',
  'io.k8s.api.discovery.v1.EndpointSlice',
  'io.k8s.api.certificates.v1beta1.ClusterTrustBundle',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
];

const [swagger] = process.argv.slice(2);
if (swagger === undefined) {
  console.error('usage: node scripts/extract-kubernetes-openapi.mjs SWAGGER.JSON');
  process.exit(2);
}
const { definitions, info } = JSON.parse(readFileSync(swagger, 'utf8'));

const wanted = new Set();
function want(name) {
  if (wanted.has(name)) return;
  if (definitions[name] === undefined) throw new Error(`${swagger} defines no ${name}`);
  wanted.add(name);
  JSON.stringify(definitions[name], (key, value) => {
    if (key === '$ref' && typeof value === 'string') want(value.slice('#/definitions/'.length));
    return value;
  });
}
ROOTS.forEach(want);

const extract = {
  info: { title: info.title, version: info.version },
  definitions: Object.fromEntries([...wanted].sort().map((name) => [name, definitions[name]])),
};
const target = new URL('../schemas/kubernetes/openapi.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(extract, undefined, 1)}\n`);
console.log(`${wanted.size} definitions`);
