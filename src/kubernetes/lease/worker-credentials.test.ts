import { describe, expect, it } from '@jest/globals';
import type { RequestOptions } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { readCredentials, workerCredentials } from './worker-credentials.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CLUSTER = { name: 'c', server: 'https://api.test', skipTLSVerify: false, caData: base64('the CA') };

/** What becomes of a request by the credentials, as they arrive in another thread. */
async function applied(
  config: KubeConfig,
): Promise<{ readonly is: string; readonly options: RequestOptions; readonly server: string | undefined }> {
  const handed = structuredClone(workerCredentials(config));
  const credentials = await readCredentials(handed);
  const options: RequestOptions = { headers: {} };
  await credentials.applyToHTTPSOptions(options);
  return { is: handed.is, options, server: credentials.getCurrentCluster()?.server };
}

function configOf(cluster: Partial<typeof CLUSTER> & object, user: object): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ ...CLUSTER, ...cluster }, { name: 'u', ...user });
  return config;
}

describe('credentials of the thread', () => {
  it('are the token, the client certificate and the CA of the kubeconfig', async () => {
    const user = { token: 'secret', certData: base64('cert'), keyData: base64('key') };
    const { is, options, server } = await applied(configOf({}, user));
    expect([is, server]).toEqual(['plain', 'https://api.test']);
    expect(options).toMatchObject({ headers: { authorization: 'Bearer secret' } });
    expect([options.ca, options.cert, options.key].map(String)).toEqual(['the CA', 'cert', 'key']);
    expect(options.rejectUnauthorized).toBeUndefined();
  });

  it("are a pod's token file, read anew each time, and its CA file", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'windlass-'));
    const [tokenFile, caFile] = [join(directory, 'token'), join(directory, 'ca.crt')];
    writeFileSync(tokenFile, 'first\n');
    writeFileSync(caFile, 'ca');
    const { caData: _, ...cluster } = CLUSTER;
    const config = new KubeConfig();
    const user = { name: 'u', authProvider: { name: 'tokenFile', config: { tokenFile } } };
    config.loadFromClusterAndUser({ ...cluster, caFile }, user);
    const credentials = await readCredentials(workerCredentials(config));
    for (const token of ['first', 'second']) {
      writeFileSync(tokenFile, `${token}\n`);
      const options: RequestOptions = {};
      await credentials.applyToHTTPSOptions(options);
      expect(options).toMatchObject({ headers: { authorization: `Bearer ${token}` }, ca: Buffer.from('ca') });
    }
    rmSync(directory, { recursive: true });
  });

  it('skip verification and name the server only if the kubeconfig says so', async () => {
    const { options } = await applied(
      configOf({ skipTLSVerify: true, tlsServerName: 'other' } as object, { token: 't' }),
    );
    expect(options).toMatchObject({ rejectUnauthorized: false, servername: 'other' });
  });

  it('of any other sort are read by the library', async () => {
    const { is, options } = await applied(configOf({}, { username: 'u', password: 'p' }));
    expect(is).toBe('kubeconfig');
    expect(options.auth).toBe('u:p');
  });
});
