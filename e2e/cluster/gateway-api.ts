import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ApiClient } from '../../src/kubernetes/index.js';
import { until } from '../harness/until.js';

/** A CustomResourceDefinition, as far as tests change it. */
export interface Crd {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
    }[];
  };
}

const SCHEMAS = join(import.meta.dirname, '..', '..', 'schemas', 'gateway-api-1.7.0');
const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The CRDs of a channel, by the plural of their kind. */
export function crds(channel: 'standard' | 'experimental'): ReadonlyMap<string, Crd> {
  const directory = join(SCHEMAS, channel);
  const read = readdirSync(directory).map(
    (file) => parse(readFileSync(join(directory, file), 'utf8')) as Crd,
  );
  return new Map(read.map((crd) => [crd.spec.names.plural, crd]));
}

/** Installs CRDs, or puts them in the place of those that are there, and waits until they are served. */
export async function install(client: ApiClient, installed: Iterable<Crd>): Promise<void> {
  for (const crd of installed) {
    await client.call({
      method: 'PATCH',
      path: `${PATH}/${crd.metadata.name}?fieldManager=test&force=true`,
      body: crd,
      contentType: 'application/apply-patch+yaml',
    });
    const { group, names, versions } = crd.spec;
    const version = versions.find(({ served }) => served)?.name ?? '';
    await until(`${crd.metadata.name} is served`, async () => {
      await client.call({ path: `/apis/${group}/${version}/${names.plural}?limit=1` });
      return true;
    });
  }
}

export async function uninstall(client: ApiClient, crd: Crd): Promise<void> {
  await client.call({ method: 'DELETE', path: `${PATH}/${crd.metadata.name}` });
}

/** Only this version of the kind, served and stored. */
export function only(crd: Crd, version: string): Crd {
  const versions = crd.spec.versions
    .filter(({ name }) => name === version)
    .map((each) => ({ ...each, served: true, storage: true }));
  return { ...crd, spec: { ...crd.spec, versions } };
}
