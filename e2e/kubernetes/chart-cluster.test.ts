import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { CHART, manifest, NAMESPACE, render, setting, type Manifest } from '../cluster/chart.js';
import { plainManifests } from '../../scripts/plain-manifests.js';
import { Commands } from '../cluster/commands.js';

jest.setTimeout(120_000);
const SCHEMAS = join(CHART, '..', '..', 'schemas', 'gateway-api-1.7.0');

let server: ApiServer;
let commands: Commands;
let client: ApiClient;

beforeAll(async () => {
  server = await startApiServer();
  commands = new Commands(server.kubeconfig);
  client = createApiClient(server.kubeconfig);
  // As strict as namespaces get: what is not allowed there is refused.
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } };
  await client.call({ method: 'POST', path: '/api/v1/namespaces', body });
}, 900_000);

afterAll(async () => {
  client.close();
  commands.dispose();
  await server.dispose();
}, 60_000);

const apply = (all: readonly Manifest[], ...more: string[]): Promise<string> =>
  commands.ok(
    'kubectl',
    ['apply', '--server-side', '--validate=strict', '-f', '-', ...more],
    all.map((one) => JSON.stringify(one)).join('\n---\n'),
  );
const names = (said: string): readonly string[] =>
  said
    .trim()
    .split('\n')
    .map((line) => line.replace(/^"|"$/g, ''))
    .toSorted();

/** Whole objects that the guides show. */
function guideManifests(): readonly string[] {
  const guides = join(CHART, '..', '..', 'docs', 'guide', 'kubernetes');
  return readdirSync(guides).flatMap((name) => {
    const page = readFileSync(join(guides, name), 'utf8');
    return [...page.matchAll(/^apiVersion: [^]*?(?=^(EOF|```)$)/gm)].map(([text]) => text);
  });
}

describe('the chart in a cluster', () => {
  it('is taken by the API server, field by field, as what helm template prints', async () => {
    await commands.ok('kubectl', ['apply', '--server-side', '-f', join(SCHEMAS, 'standard')]);
    await commands.ok('kubectl', ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    const all = await render(commands);
    const said = await apply(all);
    expect(names(said)).toHaveLength(all.length);
    expect(said).toContain('deployment.apps/windlass serverside-applied');
    expect(said).toContain('gatewayclass.gateway.networking.k8s.io/windlass serverside-applied');
    // Nothing that the server sets by default is in the way of applying it again.
    expect(await apply(all)).toBe(said);
    await commands.ok(
      'kubectl',
      ['delete', '-f', '-'],
      all.map((one) => JSON.stringify(one)).join('\n---\n'),
    );
  });

  it('makes pods that the restricted profile allows', async () => {
    const all = await render(commands);
    await apply([manifest(all, 'ServiceAccount')]);
    const { template } = manifest(all, 'Deployment')['spec'] as { readonly template: Manifest };
    const pod = {
      ...template,
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe', namespace: NAMESPACE },
    };
    expect(await apply([pod], '--dry-run=server')).toContain('pod/probe serverside-applied (server dry run)');
    await commands.ok('kubectl', ['-n', NAMESPACE, 'delete', 'serviceaccount', 'windlass']);
  });

  it('is installed, upgraded and removed by Helm, which leaves the definitions', async () => {
    const helm = (...args: string[]): Promise<string> => commands.ok('helm', [...args, '-n', NAMESPACE]);
    await commands.ok('kubectl', ['delete', 'crd', '--all']);
    const channel = setting(['gatewayApi.experimental=true']);
    expect(await helm('install', 'windlass', CHART, ...channel)).toContain(
      `windlass status --namespace ${NAMESPACE}`,
    );
    expect(await commands.ok('kubectl', ['get', 'gatewayclass', '-o', 'name'])).toContain('/windlass');
    await helm('upgrade', 'windlass', CHART, '--reset-then-reuse-values', ...setting(['replicas=3']));
    const replicas = ['-n', NAMESPACE, 'get', 'deployment', 'windlass', '-o', 'jsonpath={.spec.replicas}'];
    expect(await commands.ok('kubectl', replicas)).toBe('3');
    await helm('uninstall', 'windlass');
    const left = await commands.ok('kubectl', ['-n', NAMESPACE, 'get', 'deployment,service', '-o', 'name']);
    expect(left).toBe('');
    expect(names(await commands.ok('kubectl', ['get', 'crd', '-o', 'name'])).join()).toContain('xbackends');
  });

  it('installs beside definitions of others, and touches none that differ', async () => {
    await commands.ok('kubectl', ['delete', 'crd', '--all']);
    await commands.ok('kubectl', ['apply', '--server-side', '-f', join(SCHEMAS, 'experimental')]);
    const install = ['install', 'windlass', CHART, '-n', NAMESPACE];
    const { code, stderr } = await commands.run('helm', [
      ...install,
      ...setting(['gatewayApi.standard=true']),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed to install CRD .*conflicts? with "kubectl"/);
    const channel = ['-o', String.raw`jsonpath={.metadata.annotations.gateway\.networking\.k8s\.io/channel}`];
    expect(
      await commands.ok('kubectl', ['get', 'crd', 'gateways.gateway.networking.k8s.io', ...channel]),
    ).toBe('experimental');
    await commands.ok('helm', install);
    await commands.ok('helm', ['uninstall', 'windlass', '-n', NAMESPACE]);
  });

  it('is applied by kubectl alone from plain manifests, in which nothing is of Helm', async () => {
    await commands.ok('kubectl', ['delete', 'crd', '--all']);
    const plain = await plainManifests(commands);
    const applied = [...plain].filter(([name]) => name !== 'gateway-api-experimental.yaml');
    for (const [name, text] of applied) {
      expect({ name, isOfHelm: /helm/i.test(text) }).toEqual({ name, isOfHelm: false });
      await commands.ok('kubectl', ['apply', '--server-side', '--validate=strict', '-f', '-'], text);
      await commands.ok('kubectl', ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    }
    const made = ['-n', NAMESPACE, 'get', 'deployment,service,role', '-o', 'name'];
    expect(names(await commands.ok('kubectl', made))).toEqual([
      'deployment.apps/windlass',
      'role.rbac.authorization.k8s.io/windlass',
      'service/windlass-metrics',
      'service/windlass-replicas',
      'service/windlass-xds',
    ]);
    // What the guides tell users to apply is taken as well.
    const examples = guideManifests();
    expect(examples).toHaveLength(2);
    for (const example of examples) {
      const dryRun = ['apply', '--server-side', '--validate=strict', '--dry-run=server', '-f', '-'];
      await commands.ok('kubectl', dryRun, example);
    }
    await commands.ok(
      'kubectl',
      ['delete', '-f', '-'],
      plain.get('windlass.yaml')?.replace(/^---\n.*?\n---/s, '---'),
    );
  });

  it('says what is missing when the cluster has no definitions', async () => {
    await commands.ok('kubectl', ['delete', 'crd', '--all']);
    const { code, stderr } = await commands.run('helm', ['install', 'windlass', CHART, '-n', NAMESPACE]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no matches for kind "GatewayClass".*\n?.*ensure CRDs are installed first/);
  });
});
