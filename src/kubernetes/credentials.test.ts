import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { loadCredentials, type CredentialsOptions } from './credentials.js';

const directory = mkdtempSync(join(tmpdir(), 'windlass-kubeconfig-'));

afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string): string {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name, server: `https://${name}.example`, skipTLSVerify: false },
    { name, token: 't' },
  );
  const [context] = config.contexts;
  config.contexts = context === undefined ? [] : [{ ...context, name }];
  config.setCurrentContext(name);
  writeFileSync(join(directory, name), config.exportConfig());
  return join(directory, name);
}

const serverOf = (options: Partial<CredentialsOptions>): string | undefined =>
  loadCredentials({ kubeconfig: '', context: '', env: {}, home: directory, ...options }).getCurrentCluster()
    ?.server;

describe('credentials', () => {
  it('are those of the file, and of the context that is asked for', () => {
    expect(serverOf({ kubeconfig: file('one') })).toBe('https://one.example');
    const both = [file('one'), file('two')].join(delimiter);
    expect(serverOf({ kubeconfig: both })).toBe('https://one.example');
    expect(serverOf({ kubeconfig: both, context: 'two' })).toBe('https://two.example');
  });

  it('are refused in a sentence that says what to do', () => {
    const refused = (options: Partial<CredentialsOptions>, words: RegExp): void => {
      expect(() => serverOf(options)).toThrow(
        expect.objectContaining({ code: 'KUBECONFIG', message: expect.stringMatching(words) }),
      );
    };
    refused({}, /does not exist; give one with --kubeconfig/);
    refused({ kubeconfig: join(directory, 'missing') }, /missing: .*ENOENT/);
    refused({ kubeconfig: file('one'), context: 'three' }, /no context "three"; there are: one/);
  });
});
