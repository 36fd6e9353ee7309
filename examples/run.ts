// `make example NAME=mirror`: real backends, `windlass up` on a copy of examples/mirror, a real Envoy, and the requests of its check.ts. Prints what
// came of each step; on a terminal it keeps serving until Ctrl-C, otherwise it ends with 0, or with 1 when something was not as promised.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAuthority, type Authority } from '../e2e/harness/authority.js';
import { caConfigMap } from '../e2e/backend-tls/objects.js';
import { trustBundle } from '../e2e/frontend-tls/objects.js';
import { until } from '../e2e/harness/until.js';
import { Standalone } from '../e2e/harness/windlass.js';
import { documents, tlsSecret } from '../e2e/harness/yaml.js';
import { startAuthServer } from './auth-server.ts';
import { http2Services, startBackend, startUdpBackend, type BackendOptions } from './backends.ts';
import { faultOf } from './checks.ts';
import type { BackendTls, Certificates, Example, Step } from './expectation.ts';

/** What came of a step: undefined is as promised. */
export type Report = (step: Step, fault: string | undefined) => void;

export interface Running {
  readonly address: string;
  /** Of the copy that is served. */
  readonly directory: string;
  close(): Promise<void>;
}

/** Serves a copy of an example and takes its steps; the caller closes it. */
export async function runExample(folder: string, report: Report): Promise<Running> {
  const { example } = (await import(pathToFileURL(join(resolve(folder), 'check.ts')).href)) as {
    example: Example;
  };
  const windlass = new Standalone({});
  const seen = new Map<string, number>();
  const closers: (() => void)[] = [];
  const close = async (): Promise<void> => {
    await windlass.dispose();
    for (const end of closers) end();
  };
  try {
    cpSync(folder, windlass.directory, { recursive: true });
    const authority = await createAuthority();
    const clients = new Map<string, Authority>();
    for (const name of Object.keys(example.certificates?.clients ?? {}))
      clients.set(name, await createAuthority());
    const certificates = await certificateObjects(authority, clients, example.certificates ?? {});
    if (certificates.length > 0) windlass.write('certificates.yaml', documents(...certificates));
    const start: Start = async (service, role, options) => {
      const { port, close: end } = await startServer(service, role, {
        ...options,
        onRequest: () => void seen.set(service, (seen.get(service) ?? 0) + 1),
      });
      closers.push(end);
      return port;
    };
    await startBackends(windlass.directory, authority, example.certificates?.backends ?? {}, start);
    await windlass.start();
    const address = await windlass.address(example.gateway);
    for (const [i, step] of example.steps.entries()) {
      const before = example.steps[i - 1];
      // The first request, and the one after an edit, wait for what was written.
      const waits = before === undefined || 'edit' in before;
      const look = (): Promise<string | undefined> => faultOf(step, { address, windlass, seen, clients });
      report(step, waits ? await eventually(step.what, look) : await look());
    }
    return { address, directory: windlass.directory, close };
  } catch (error) {
    const { log } = windlass;
    await close();
    throw new Error(`${String(error)}\n${log.slice(-2000)}`, { cause: error });
  }
}

/** The last fault, unless there is none within ten seconds. */
async function eventually(
  what: string,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> {
  return await until(
    what,
    async () => {
      const fault = await look();
      if (fault !== undefined) throw new Error(fault);
      return true;
    },
    10_000,
    100,
  ).then(
    () => undefined,
    (error: unknown) => String(error),
  );
}

async function certificateObjects(
  authority: Authority,
  clients: ReadonlyMap<string, Authority>,
  { authority: configMap, secrets = {}, clients: kinds = {} }: Certificates,
): Promise<readonly string[]> {
  const objects = configMap === undefined ? [] : [caConfigMap(configMap, authority.certificate)];
  for (const [name, { certificate }] of clients)
    objects.push(
      kinds[name] === 'ConfigMap' ? caConfigMap(name, certificate) : trustBundle(name, [certificate]),
    );
  for (const [id, host] of Object.entries(secrets)) {
    const { certificate, key } = await authority.issue(host, 'ecdsa');
    const [name = '', namespace = 'default'] = id.split('/').reverse();
    objects.push(tlsSecret(`${name}, namespace: ${namespace}`, certificate, key));
  }
  return objects;
}

type Role = 'http' | 'udp' | 'auth';
type Start = (service: string, role: Role, options: BackendOptions) => Promise<number>;

async function startServer(
  service: string,
  role: Role,
  options: BackendOptions,
): Promise<{ readonly port: number; readonly close: () => void }> {
  if (role === 'udp') return await startUdpBackend(service, '127.0.0.1', 0);
  const { port, server } = await (role === 'auth'
    ? startAuthServer('127.0.0.1', 0, options)
    : startBackend(service, '127.0.0.1', 0, options));
  return { port, close: () => void server.close() };
}

/** Starts a backend for each EndpointSlice of the copy, and writes its port there. */
async function startBackends(
  directory: string,
  authority: Authority,
  tls: Readonly<Record<string, BackendTls>>,
  start: Start,
): Promise<void> {
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
  const texts = new Map(files.map((file) => [file, readFileSync(join(directory, file), 'utf8')]));
  const http2 = http2Services([...texts.values()]);
  for (const [file, text] of texts) {
    const parts: string[] = [];
    for (const document of text.split(/^---$/m)) {
      const service = /service-name: (\S+)/.exec(document)?.[1];
      if (service === undefined) {
        parts.push(document);
        continue;
      }
      const own = tls[service];
      const options = own === undefined ? { http2: http2.has(service) } : await tlsOptions(authority, own);
      const role = document.includes('example: auth-server')
        ? 'auth'
        : document.includes('protocol: UDP')
          ? 'udp'
          : 'http';
      parts.push(document.replace(/port: \d+/, `port: ${await start(service, role, options)}`));
    }
    writeFileSync(join(directory, file), parts.join('---'));
  }
}

async function tlsOptions(
  authority: Authority,
  { host, asksClients = false }: BackendTls,
): Promise<BackendOptions> {
  const { certificate: cert, key } = await authority.issue(host, 'ecdsa');
  return { tls: { cert, key, ...(asksClients && { ca: authority.certificate }) } };
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined || folder === '') {
    console.error('usage: make example NAME=<folder of examples/>');
    process.exit(2);
  }
  let failures = 0;
  const running = await runExample(folder, ({ what }, fault) => {
    if (fault !== undefined) failures += 1;
    console.log(fault === undefined ? `  ok    ${what}` : `  FAIL  ${what}\n        ${fault}`);
  });
  if (process.stdout.isTTY && process.stdin.isTTY && failures === 0) {
    console.log(
      `\nStill serving ${running.directory} at ${running.address}: edit it and ask. Ctrl-C ends it.`,
    );
    await new Promise((done) => process.once('SIGINT', done).once('SIGTERM', done));
  }
  await running.close();
  process.exit(failures === 0 ? 0 : 1);
}
