import { describe, expect, it } from '@jest/globals';
import { podBootstrap, podBootstrapFiles, type PodBootstrapOptions } from './bootstrap.js';

const OPTIONS: PodBootstrapOptions = {
  fleet: 'shop/edge',
  xdsHost: 'windlass-xds.windlass-system.svc',
  xdsPort: 18000,
  serverName: 'windlass-xds.windlass-system.svc',
  caFile: '/var/run/windlass/ca/ca.crt',
  tokenFile: '/var/run/windlass/token/token',
  directory: '/etc/windlass',
  metricsAddress: '0.0.0.0',
  metricsPort: 19001,
  adminSocket: '/tmp/admin.sock',
};

const found = (file: keyof ReturnType<typeof podBootstrapFiles>, what: RegExp): readonly string[] =>
  [...podBootstrapFiles(OPTIONS)[file].matchAll(what)].map(([, group = '']) => group);

describe('the bootstrap of a pod', () => {
  it('leaves the node id to the pod, and names the fleet', () => {
    expect((JSON.parse(podBootstrap(OPTIONS)) as { readonly node: unknown }).node).toEqual({
      cluster: 'shop/edge',
    });
  });

  it('watches the directories in which kubelet swaps CA, token and SDS files', () => {
    const watched = /"watchedDirectory": \{\s*"path": "([^"]*)"/g;
    expect(found('bootstrap.json', watched)).toEqual(['/etc/windlass', '/etc/windlass']);
    expect(found('ca-secret.json', watched)).toEqual(['/var/run/windlass/ca']);
    expect(found('token-secret.json', watched)).toEqual(['/var/run/windlass/token']);
  });

  it('has the SDS files where the bootstrap looks for them, and in them the files of CA and token', () => {
    expect(found('bootstrap.json', /"path": "([^"]*\.json)"/g).toSorted()).toEqual([
      '/etc/windlass/ca-secret.json',
      '/etc/windlass/token-secret.json',
    ]);
    const named = /"filename": "([^"]*)"/g;
    expect([...found('ca-secret.json', named), ...found('token-secret.json', named)]).toEqual([
      OPTIONS.caFile,
      OPTIONS.tokenFile,
    ]);
  });

  it('serves readiness and metrics to the whole pod network, by both families on `::`', () => {
    const address = (metricsAddress: string): unknown =>
      (
        JSON.parse(podBootstrap({ ...OPTIONS, metricsAddress })) as {
          readonly staticResources: {
            readonly listeners: readonly { readonly address: { readonly socketAddress: unknown } }[];
          };
        }
      ).staticResources.listeners.map((listener) => listener.address.socketAddress);
    expect(address('0.0.0.0')).toEqual([{ address: '0.0.0.0', portValue: 19001 }]);
    expect(address('::')).toEqual([{ address: '::', portValue: 19001, ipv4Compat: true }]);
  });
});
