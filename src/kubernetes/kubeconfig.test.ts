import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKubeconfig, type KubeconfigQuestion } from './kubeconfig.js';

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

const server = (question: Partial<KubeconfigQuestion>): string | undefined =>
  readKubeconfig({
    files: '',
    context: '',
    cwd: home,
    home,
    tokenFile: join(home, 'no-token'),
    ...question,
  }).getCurrentCluster()?.server;

describe('the kubeconfig', () => {
  it('is the file that is named, by a relative path too', () => {
    file('a', 'one', 'two');
    expect(server({ files: join(home, 'a') })).toBe('https://one.example');
    expect(server({ files: 'a' })).toBe('https://one.example');
  });

  it('is that of the home directory when none is named', () => {
    file('.kube/config', 'usual');
    expect(server({})).toBe('https://usual.example');
  });

  it('is that of the ServiceAccount in a Pod, whatever the home directory has', () => {
    const tokenFile = join(home, 'token');
    writeFileSync(tokenFile, 'x');
    const config = readKubeconfig({ files: '', context: '', cwd: home, home, tokenFile });
    expect(config.getCurrentUser()?.authProvider).toMatchObject({
      config: { tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    });
    expect(server({ tokenFile, files: 'a' })).toBe('https://one.example');
  });

  it('is merged of several, of which the first wins', () => {
    file('b', 'three', 'one');
    const files = `${join(home, 'a')}:${join(home, 'b')}`;
    expect(server({ files })).toBe('https://one.example');
    expect(server({ files, context: 'three' })).toBe('https://three.example');
  });

  it('is used in the context that is asked for', () => {
    expect(server({ files: 'a', context: 'two' })).toBe('https://two.example');
  });

  it.each([
    [{ files: 'nowhere' }, /nowhere: ENOENT/],
    [{ files: 'a', context: 'other' }, /no context "other" in the kubeconfig; there are: one, two$/],
    [{ files: 'empty' }, /empty: no cluster for the context ""; choose one with --context: none$/],
    [{ files: 'broken' }, /broken: /],
  ])('%j is refused in one clear sentence', (question, message) => {
    file('empty');
    writeFileSync(join(home, 'broken'), 'a: [');
    expect(() => server(question)).toThrow(
      expect.objectContaining({ code: 'KUBECONFIG_UNUSABLE', message: expect.stringMatching(message) }),
    );
  });
});
