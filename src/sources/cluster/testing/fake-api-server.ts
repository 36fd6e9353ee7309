import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { createApiClient, type ApiClient } from '../../../kubernetes/index.js';
import { KINDS, type Kind, type KindName } from '../../../resources/index.js';

interface Stored {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion: string };
}

/** What a test writes of an object; the rest the server adds. */
export interface Written {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * The other side of a source: an API server as far as one kind after another is discovered, listed, watched and got. It keeps what it is told, and fails when it is told to.
 */
export class FakeApiServer {
  /** Paths with their queries, in the order of requests. */
  readonly asked: string[] = [];
  /** What discovery leaves out although it is served. */
  readonly undiscovered = new Set<KindName>();
  readonly #objects = new Map<string, Map<string, Stored>>();
  readonly #watches = new Map<string, Set<ServerResponse>>();
  /** All that happened, by path. */
  readonly #events = new Map<string, { readonly version: number; readonly line: string }[]>();
  readonly #failing: { readonly path: RegExp; readonly status: number }[] = [];
  readonly #served = new Map<KindName, readonly string[]>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #version = 1;
  #client: ApiClient | undefined;

  /** @param without kinds that are not installed */
  static async start(...without: readonly KindName[]): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    for (const kind of Object.values<Kind>(KINDS)) {
      if (kind.schema === 'kubernetes' || !without.includes(kind.name)) fake.install(kind.name);
    }
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get client(): ApiClient {
    const { port } = this.#server.address() as AddressInfo;
    const config = new KubeConfig();
    const cluster = { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: false };
    config.loadFromClusterAndUser(cluster, { name: 'test' });
    return (this.#client ??= createApiClient(config));
  }

  async close(): Promise<void> {
    this.#client?.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The kind is served from now on, in these versions. */
  install(name: KindName, versions: readonly string[] = [KINDS[name].version], bundle = 'v1.7.0'): void {
    const { group, plural, schema } = KINDS[name];
    this.#served.set(name, versions);
    if (schema !== 'crd') return;
    const annotations = {
      'gateway.networking.k8s.io/bundle-version': bundle,
      'gateway.networking.k8s.io/channel': 'standard',
    };
    this.#store(CRDS, { metadata: { name: `${plural}.${group}`, annotations } });
  }

  uninstall(name: KindName): void {
    const { group, plural } = KINDS[name];
    this.#served.delete(name);
    for (const path of this.#pathsOf(name)) {
      this.#objects.delete(path);
      for (const watch of this.#watches.get(path) ?? []) watch.end();
    }
    this.#drop(CRDS, `/${plural}.${group}`);
  }

  /** Writes the object, in the namespace `default` unless it says another. */
  put(kind: KindName, object: Written): void {
    const { namespaced } = KINDS[kind];
    const { namespace = namespaced ? 'default' : undefined, ...metadata } = object.metadata;
    const whole = {
      ...object,
      metadata: { uid: `uid of ${metadata.name}`, ...metadata, ...(namespace && { namespace }) },
    };
    for (const path of this.#pathsOf(kind)) this.#store(path, whole);
  }

  remove(kind: KindName, name: string): void {
    for (const path of this.#pathsOf(kind))
      this.#drop(path, `${KINDS[kind].namespaced ? 'default' : ''}/${name}`);
  }

  /** Requests for such a path fail until the function returned is called. */
  fail(path: RegExp, status = 500): () => void {
    const failing = { path, status };
    this.#failing.push(failing);
    return () => void this.#failing.splice(this.#failing.indexOf(failing), 1);
  }

  /** Ends every watch, without a word. */
  cut(): void {
    for (const watches of this.#watches.values()) for (const watch of watches) watch.destroy();
  }

  /** How often such a path was asked for. */
  count(path: RegExp): number {
    return this.asked.filter((each) => path.test(each)).length;
  }

  #pathsOf(kind: KindName): readonly string[] {
    const { group, plural, served } = KINDS[kind];
    return served.map((version) => `${group === '' ? '/api' : `/apis/${group}`}/${version}/${plural}`);
  }

  #store(path: string, object: Written): void {
    this.#version += 1;
    const { name, namespace = '' } = object.metadata;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    const all = this.#objects.get(path) ?? new Map<string, Stored>();
    const type = all.has(`${namespace}/${name}`) ? 'MODIFIED' : 'ADDED';
    this.#objects.set(path, all.set(`${namespace}/${name}`, stored));
    this.#tell(path, type, stored);
  }

  #drop(path: string, key: string): void {
    const stored = this.#objects.get(path)?.get(key);
    if (stored === undefined) return;
    this.#version += 1;
    this.#objects.get(path)?.delete(key);
    this.#tell(path, 'DELETED', stored);
  }

  #tell(path: string, type: string, object: Stored): void {
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const line = `${JSON.stringify({ type, object: { ...object, metadata } })}\n`;
    this.#events.set(path, [...(this.#events.get(path) ?? []), { version: this.#version, line }]);
    for (const watch of this.#watches.get(path) ?? []) watch.write(line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any');
    this.asked.push(`${pathname}${searchParams.has('watch') ? '?watch' : ''}`);
    const failing = this.#failing.find(({ path }) => path.test(pathname));
    if (failing !== undefined) return refuse(response, failing.status);
    if (pathname === CRDS || this.#isServed(pathname)) {
      if (searchParams.has('watch'))
        return this.#watch(pathname, Number(searchParams.get('resourceVersion')), response);
      const items = [...(this.#objects.get(pathname)?.values() ?? [])];
      return json(response, { metadata: { resourceVersion: String(this.#version) }, items });
    }
    const found = this.#discovered(pathname) ?? this.#one(pathname);
    if (found === undefined) refuse(response, 404);
    else json(response, found);
  }

  #watch(path: string, from: number, response: ServerResponse): void {
    const watches = this.#watches.get(path) ?? new Set();
    this.#watches.set(path, watches.add(response));
    response.on('close', () => watches.delete(response));
    response.flushHeaders();
    const missed = (this.#events.get(path) ?? []).filter(({ version }) => version > from);
    for (const { line } of missed) response.write(line);
  }

  #isServed(pathname: string): boolean {
    return [...this.#served].some(([kind, versions]) =>
      this.#pathsOf(kind).some(
        (path) => path === pathname && versions.some((version) => path.includes(`/${version}/`)),
      ),
    );
  }

  /** Groups, and kinds of a version of a group. */
  #discovered(pathname: string): unknown {
    const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    const own = [...this.#served].filter(
      ([kind]) => KINDS[kind].group === group && !this.undiscovered.has(kind),
    );
    if (group === undefined || own.length === 0) return undefined;
    const versions = new Set(own.flatMap(([, each]) => each));
    if (version === undefined) return { versions: [...versions].map((each) => ({ version: each })) };
    const resources = own
      .filter(([, each]) => each.includes(version))
      .map(([kind]) => ({ name: KINDS[kind].plural }));
    return { resources };
  }

  /** One object. */
  #one(pathname: string): Stored | undefined {
    const [, start = '', namespace = '', plural = '', name = ''] =
      /^(.*)\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
    return this.#objects.get(`${start}/${plural}`)?.get(`${namespace}/${name}`);
  }
}

function json(response: ServerResponse, body: unknown): void {
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end(JSON.stringify({ kind: 'Status', message: 'as told', reason: 'Test' }));
}
