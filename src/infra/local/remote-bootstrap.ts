import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bootstrapText } from '../bootstrap/bootstrap.js';
import { caSecretText, tokenSecretText } from '../bootstrap/xds-cluster.js';
import { writePrivately } from './write-file.js';

/** What an Envoy that others start needs to get a fleet's configuration from the xDS TCP port. */
export interface RemoteBootstrapOptions {
  /** Where the files go; made (mode 0700) when it does not exist. */
  readonly directory: string;
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  /** Host and port of the xDS server as that Envoy reaches it. */
  readonly host: string;
  readonly port: number;
  /** DNS name that the server's certificate carries. */
  readonly serverName: string;
  /** PEM of the CA that signed the server's certificate. */
  readonly ca: string;
  /** Bearer token that decides the fleet. */
  readonly token: string;
  /** Port on 127.0.0.1 for `/ready` and `/stats/prometheus`; 0 lets Envoy choose. */
  readonly metricsPort: number;
}

/** Absolute paths of what {@link writeRemoteBootstrap} wrote; `bootstrap` is for `envoy -c`. */
export interface RemoteBootstrap {
  readonly bootstrap: string;
  readonly ca: string;
  readonly token: string;
  readonly adminSocket: string;
}

/**
 * Writes bootstrap, CA, token and the two SDS files that name them, all readable by their owner only. Written again with another CA or token, running
 * Envoys take the new one over by themselves.
 */
export async function writeRemoteBootstrap(options: RemoteBootstrapOptions): Promise<RemoteBootstrap> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = {
    bootstrap: join(directory, 'bootstrap.json'),
    ca: join(directory, 'ca.pem'),
    token: join(directory, 'token'),
    adminSocket: join(directory, 'admin.sock'),
  };
  const caSecretFile = join(directory, 'ca-secret.json');
  const tokenSecretFile = join(directory, 'token-secret.json');
  await writePrivately(files.ca, options.ca);
  await writePrivately(files.token, options.token);
  await writePrivately(caSecretFile, caSecretText(files.ca));
  await writePrivately(tokenSecretFile, tokenSecretText(files.token));
  await writePrivately(
    files.bootstrap,
    bootstrapText({
      fleet: options.fleet,
      nodeId: `remote/${options.fleet}`,
      xds: {
        kind: 'tls',
        host: options.host,
        port: options.port,
        serverName: options.serverName,
        caSecretFile,
        tokenSecretFile,
      },
      adminSocket: files.adminSocket,
      metricsAddress: '127.0.0.1',
      metricsPort: options.metricsPort,
    }),
  );
  return files;
}
