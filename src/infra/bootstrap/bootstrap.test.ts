import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { bootstrapJson, bootstrapText, type BootstrapOptions } from './bootstrap.js';
import { caSecretText, tokenSecretText } from './xds-cluster.js';

/** The documented examples are what the builder makes: a field that changes must be explained there. */
function documented(name: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, '../../../envoy-bootstrap', name), 'utf8'));
}

const local: BootstrapOptions = {
  fleet: 'default/edge',
  nodeId: 'local/default/edge',
  xds: { kind: 'socket', path: '/run/user/1000/windlass/edge/xds.sock' },
  adminSocket: '/run/user/1000/windlass/edge/admin.sock',
  metricsAddress: '127.0.0.1',
  metricsPort: 19901,
};

const remote: BootstrapOptions = {
  fleet: 'default/edge',
  nodeId: 'remote/default/edge',
  xds: {
    kind: 'tls',
    host: 'windlass.example',
    port: 18000,
    serverName: 'windlass-xds',
    caSecretFile: '/etc/windlass/ca-secret.json',
    tokenSecretFile: '/etc/windlass/token-secret.json',
  },
  adminSocket: '/run/windlass/admin.sock',
  metricsAddress: '127.0.0.1',
  metricsPort: 19901,
};

describe('the bootstrap', () => {
  it('of a local Envoy is the one that is documented', () => {
    expect(bootstrapJson(local)).toEqual(documented('local.yaml'));
  });

  it('of an Envoy that others start is the one that is documented', () => {
    expect(bootstrapJson(remote)).toEqual(documented('remote.yaml'));
  });

  it('names the CA and the token by files whose replacement is noticed', () => {
    expect(JSON.parse(caSecretText('/etc/windlass/ca.pem'))).toEqual(documented('ca-secret.json'));
    expect(JSON.parse(tokenSecretText('/etc/windlass/token'))).toEqual(documented('token-secret.json'));
  });

  it('is the same text for the same options, so that a running Envoy is recognised', () => {
    expect(bootstrapText(local)).toBe(bootstrapText({ ...local }));
    expect(bootstrapText(local)).not.toBe(bootstrapText({ ...local, metricsPort: 1 }));
  });

  it('holds no token', () => {
    expect(bootstrapText(remote)).not.toMatch(/inline_?string/i);
  });
});
