import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { loadCredentials, type CredentialsOptions } from './credentials.js';

const home = mkdtempSync(join(tmpdir(), 'windlass-kubeconfig-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A file with contexts of these names, the first of them the current one; each of a server of its own. */
function file(name: string, ...contexts: readonly string[]): string {
  const path = join(home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0],
    clusters: contexts.map((each) => ({ name: each, cluster: { server: `https://${each}.example` } })),
    users: contexts.map((each) => ({ name: each, user: { token: 'x' } })),
    contexts: contexts.map((each) => ({ name: each, context: { cluster: each, user: each } })),
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const load = (options: Partial<CredentialsOptions>): KubeConfig =>
  loadCredentials({ kubeconfig: '', context: '', env: {}, cwd: home, home, ...options });
const server = (options: Partial<CredentialsOptions>): string | undefined =>
  load(options).getCurrentCluster()?.server;

describe('the kubeconfig', () => {
  it('is the file that is named, by a relative path too', () => {
    file('a', 'one', 'two');
    expect(server({ kubeconfig: join(home, 'a') })).toBe('https://one.example');
    expect(server({ kubeconfig: 'a' })).toBe('https://one.example');
  });

  it('is that of the home directory when none is named', () => {
    file('.kube/config', 'usual');
    expect(server({})).toBe('https://usual.example');
  });

  it('is that of the ServiceAccount in a Pod, whatever the home directory has', () => {
    const env = { KUBERNETES_SERVICE_HOST: '198.51.100.1', KUBERNETES_SERVICE_PORT: '443' };
    expect(load({ env }).getCurrentUser()?.authProvider).toMatchObject({
      config: { tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    });
    expect(server({ env, kubeconfig: 'a' })).toBe('https://one.example');
  });

  it('is merged of several, of which the first wins', () => {
    file('b', 'three', 'one');
    const kubeconfig = `${join(home, 'a')}:${join(home, 'b')}`;
    expect(server({ kubeconfig })).toBe('https://one.example');
    expect(server({ kubeconfig, context: 'three' })).toBe('https://three.example');
  });

  it('is used in the context that is asked for', () => {
    expect(server({ kubeconfig: 'a', context: 'two' })).toBe('https://two.example');
  });

  it.each([
    [{ kubeconfig: 'nowhere' }, /nowhere: ENOENT/],
    [{ kubeconfig: 'a', context: 'other' }, /the kubeconfig has no context "other"; there are: one, two$/],
    [{ kubeconfig: 'empty' }, /empty: no current context, or it names no cluster of it/],
    [{ kubeconfig: 'broken' }, /broken: /],
  ])('%j is refused in one clear sentence', (question, message) => {
    file('empty');
    writeFileSync(join(home, 'broken'), 'a: [');
    expect(() => server(question)).toThrow(
      expect.objectContaining({ code: 'KUBECONFIG', message: expect.stringMatching(message) }),
    );
  });
});
