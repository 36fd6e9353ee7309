import { readFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import type { Credentials } from '../api-client.js';

/** What a thread needs to speak to the API server; it can be handed over. */
export type WorkerCredentials =
  /** Files and values that anybody can read. */
  | { readonly is: 'plain'; readonly cluster: Cluster; readonly user: User }
  /** Whatever else a kubeconfig can say, as JSON: a program to run, an impersonation. */
  | { readonly is: 'kubeconfig'; readonly json: string };

export function workerCredentials(config: KubeConfig): WorkerCredentials {
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  if (cluster === null || user === null || !isPlain(cluster, user))
    return { is: 'kubeconfig', json: config.exportConfig() };
  return { is: 'plain', cluster: { ...cluster }, user: { ...user } };
}

function isPlain({ proxyUrl }: Cluster, user: User): boolean {
  const authProvider: unknown = user.authProvider;
  const others: readonly unknown[] = [proxyUrl, user.exec, user.username, user.impersonateUser];
  const isNamed = authProvider !== undefined && authProvider !== null;
  return (
    others.every((one) => one === undefined || one === null) && (!isNamed || tokenFileOf(user) !== undefined)
  );
}

/** The client library takes as much memory as all the rest of the thread: it is loaded only for what it alone can do. */
export async function readCredentials(credentials: WorkerCredentials): Promise<Credentials> {
  if (credentials.is === 'kubeconfig') {
    const library = await import('@kubernetes/client-node');
    const config = new library.KubeConfig();
    config.loadFromString(credentials.json);
    return config;
  }
  const { cluster, user } = credentials;
  return {
    getCurrentCluster: () => cluster,
    applyToHTTPSOptions: async (options) => {
      if (cluster.skipTLSVerify) options.rejectUnauthorized = false;
      if (cluster.tlsServerName !== undefined) options.servername = cluster.tlsServerName;
      options.ca = await contents(cluster.caFile, cluster.caData);
      options.cert = await contents(user.certFile, user.certData);
      options.key = await contents(user.keyFile, user.keyData);
      const file = tokenFileOf(user);
      const token = file === undefined ? user.token : (await readFile(file, 'utf8')).trim();
      if (token !== undefined) {
        const headers = options.headers as OutgoingHttpHeaders | undefined;
        options.headers = { ...headers, authorization: `Bearer ${token}` };
      }
    },
  };
}

/** As a ServiceAccount's pod has it. */
function tokenFileOf({ authProvider }: User): string | undefined {
  const config = (authProvider as { readonly config?: { readonly tokenFile?: unknown } } | undefined)?.config;
  return typeof config?.tokenFile === 'string' ? config.tokenFile : undefined;
}

async function contents(file: string | undefined, data: string | undefined): Promise<Buffer | undefined> {
  if (file) return await readFile(file);
  return data ? Buffer.from(data, 'base64') : undefined;
}
