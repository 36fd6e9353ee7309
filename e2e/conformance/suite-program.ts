// The official suite as a program, built as it is published, with what its modules have beside the code: definitions, names of images, names of tests.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { newerGo } from '../cluster/go-toolchain.js';
import { cache, once, run } from '../cluster/programs.js';
import type { Release } from './suites.js';

/** A built suite. */
export interface Suite extends Contents {
  readonly release: Release;
  /** Path of its test binary. */
  readonly binary: string;
  /** Path of the server behind its tests. */
  readonly echo: string;
  /** What the experimental channel defines. */
  readonly definitions: readonly Definition[];
}

interface Contents {
  /** That its manifests for gateways name. */
  readonly images: readonly string[];
  /** That these manifests make, in ascending order. */
  readonly namespaces: readonly string[];
  /** Of all its tests, in ascending order. */
  readonly tests: readonly string[];
}

export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const API = 'sigs.k8s.io/gateway-api';
const BINARY = 'conformance.test';
const ECHO = 'echo-basic';

/** Built once for a release, which takes minutes. @throws Error with what the failing step said */
export async function conformanceSuite(release: Release): Promise<Suite> {
  const sources = join(import.meta.dirname, '..', 'cluster', 'programs', `conformance-${release.version}`);
  const digest = createHash('sha256');
  for (const file of readdirSync(sources).toSorted()) digest.update(readFileSync(join(sources, file)));
  const name = `conformance-${release.version}-${digest.digest('hex').slice(0, 12)}`;
  const directory = join(cache, name);
  await once(directory, async (made) => {
    const program = release.isNewerGo ? await newerGo() : 'go';
    const environment = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' };
    const go = (...args: readonly string[]): Promise<string> => run(program, args, sources, environment);
    const flags = ['-trimpath', '-ldflags', '-s -w', '-o'];
    await go('test', '-c', ...flags, join(made, BINARY), `${API}/conformance`);
    await go('build', ...flags, join(made, ECHO), release.echo);
    const modules = await go('list', '-m', '-f', '{{.Dir}}', API, `${API}/conformance`);
    const [api = '', conformance = ''] = modules.split('\n');
    const definitions = documents(join(api, 'config', 'crd', 'experimental'));
    writeFileSync(join(made, 'definitions.json'), JSON.stringify(definitions));
    writeFileSync(join(made, 'contents.json'), JSON.stringify(contentsOf(conformance)));
  });
  const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  return {
    release,
    binary: join(directory, BINARY),
    echo: join(directory, ECHO),
    definitions: read('definitions.json') as readonly Definition[],
    ...(read('contents.json') as Contents),
  };
}

/** Of all files of a folder but the list of them that kustomize reads. */
function documents(folder: string): readonly Definition[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
  return files.toSorted().flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).flatMap((document) => {
      const definition = document.toJS() as Definition | null;
      return definition === null ? [] : [definition];
    }),
  );
}

/** @param module folder of the suite's module */
function contentsOf(module: string): Contents {
  const texts = (folder: string, extension: string): readonly string[] =>
    readdirSync(join(module, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(extension))
      .map((name) => readFileSync(join(module, folder, name), 'utf8'));
  const found = (all: readonly string[], pattern: RegExp): readonly string[] =>
    [...new Set(all.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)))].toSorted();
  const manifests = [...texts('base', '.yaml'), ...texts('tests', '.yaml')];
  return {
    images: found(manifests, /^\s*(?:- )?image:\s*(\S+)\s*$/gm),
    namespaces: found(manifests, /^kind: Namespace\nmetadata:\n {2}name: (\S+)$/gm),
    tests: found(texts('tests', '.go'), /^\s*ShortName:\s*"(\w+)"/gm),
  };
}
