import { createAuthority, type KeyPair } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { run } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { pod, selector } from '../xbackend/objects.js';
import type { CLIENTS } from './pools.js';
import { startAuthServers, startPeer } from './servers.js';

/** What stays while configurations come and go. */
export interface World {
  /** What answers requests. */
  readonly backends: readonly Backend[];
  /** Services of all that runs, certificates and CAs, as YAML. */
  readonly objects: string;
  readonly clients: Readonly<Record<(typeof CLIENTS)[number], KeyPair | undefined>>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  const issue = (host: string): Promise<KeyPair> => authority.issue(host, 'ecdsa');
  const backends = [
    await startBackend('one'),
    await startBackend('two'),
    await startBackend('calls', 'http2'),
    await startBackend('safe', 'http1', undefined, await issue('safe.test')),
  ];
  const peers = await Promise.all(['left', 'right'].map(async (name) => startPeer(name, await issue(name))));
  const servers = await startAuthServers();
  const certificate = run('cert', '--host', 'a.example.com', '--host', '*.example.com', '--name', 'tls');
  return {
    backends,
    clients: {
      valid: await issue('client.test'),
      none: undefined,
      invalid: await stranger.issue('client.test', 'ecdsa'),
    },
    objects: documents(
      ...backends.flatMap(({ name, port }) => [selector(name, port), pod(name, name, '127.0.0.1')]),
      ...[...backends, ...peers, ...servers].map(({ name, port }) => service(name, port)),
      service('forbidden', backends[0]?.port ?? 0, 'elsewhere'),
      ...['ca', 'clients'].map((name) => configMap(name, authority.certificate)),
      certificate.stdout,
    ),
    close: async () => {
      for (const each of [...backends, ...peers, ...servers]) await each.close();
    },
  };
}

function configMap(name: string, certificate: string): string {
  return `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} }, data: { ca.crt: ${JSON.stringify(certificate)} } }`;
}

/** Which of all that runs stands behind a cluster. */
export function backendOf(cluster: string): string | undefined {
  return /^(?:xbackend_)?default_([a-z]+)_\d+(?:_\w+)?$/.exec(cluster)?.[1];
}
