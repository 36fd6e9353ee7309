import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ApiClient } from '../../src/kubernetes/index.js';
import { until } from '../harness/until.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const DIRECTORY = join(import.meta.dirname, '..', '..', 'schemas', 'gateway-api-1.7.0', 'experimental');

interface Definition {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Makes the kinds of the Gateway API known to the server, and waits until it serves them. */
export async function installGatewayApi(client: ApiClient): Promise<void> {
  const files = globSync('*.yaml', { cwd: DIRECTORY }).map((file) =>
    readFileSync(join(DIRECTORY, file), 'utf8'),
  );
  const all = files.flatMap((text) => parseAllDocuments(text).map((each) => each.toJS() as Definition));
  const definitions = all.filter(({ kind }) => kind === 'CustomResourceDefinition');
  for (const body of definitions) await client.call({ method: 'POST', path: CRDS, body });
  for (const { metadata } of definitions) {
    await until(`${metadata.name} is served`, async () => {
      const { status } = (await client.call({ path: `${CRDS}/${metadata.name}` })) as Definition;
      const established = status?.conditions?.find(({ type }) => type === 'Established');
      return established?.status === 'True' ? true : undefined;
    });
  }
}
