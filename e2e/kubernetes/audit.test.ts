import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { apply, createApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { audited, granted } from '../cluster/audit.js';
import { NAMESPACE, render } from '../cluster/chart.js';
import { Commands } from '../cluster/commands.js';
import { asServiceAccount } from '../cluster/service-account.js';
import { until } from '../harness/until.js';

jest.setTimeout(120_000);

let server: ApiServer;
let commands: Commands;
beforeAll(async () => {
  server = await startApiServer({ audit: true });
  commands = new Commands(server.kubeconfig);
}, 900_000);
afterAll(async () => {
  commands.dispose();
  await server.dispose();
}, 60_000);

describe("the API server's audit log", () => {
  it('tells what a ServiceAccount used of what its roles allow, and what it was forbidden', async () => {
    const all = await render(commands);
    const permissions = all.filter(({ kind }) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind));
    await commands.ok('kubectl', ['create', 'namespace', NAMESPACE]);
    const input = permissions.map((one) => JSON.stringify(one)).join('\n---\n');
    await commands.ok('kubectl', ['apply', '-f', '-'], input);
    const client = createApiClient(await asServiceAccount(server, NAMESPACE, 'windlass'));
    const user = `system:serviceaccount:${NAMESPACE}:windlass`;
    // Roles are there a moment before they count.
    await until('it may', () => client.call({ path: '/api/v1/services' }));
    await client.call({ path: '/api/v1/namespaces/default/secrets/none' }).catch(() => undefined);
    await client.call({ method: 'DELETE', path: '/api/v1/namespaces/default' }).catch(() => undefined);
    client.close();
    const { used, forbidden } = audited(server.directory, user);
    expect([...used].toSorted()).toEqual(['get secrets', 'list services']);
    expect([...forbidden]).toContain('delete namespaces');
    const allowed = granted(permissions);
    expect([...used].filter((permission) => !allowed.has(permission))).toEqual([]);
    expect(allowed).toContain('update gateways.gateway.networking.k8s.io/status');
    expect(allowed).toContain('update leases.coordination.k8s.io');
  });

  it('tells of an object that was made by applying it as of one that was created: that takes both rights', async () => {
    const path = '/api/v1/namespaces/default/configmaps/applied';
    const make = (verbs: string): Promise<string> =>
      commands.ok('kubectl', [
        'create',
        'clusterrole',
        'applies',
        `--verb=${verbs}`,
        '--resource=configmaps',
      ]);
    await commands.ok('kubectl', ['-n', 'default', 'create', 'serviceaccount', 'applier']);
    await make('patch');
    const binding = ['create', 'clusterrolebinding', 'applies', '--clusterrole=applies'];
    await commands.ok('kubectl', [...binding, '--serviceaccount=default:applier']);
    const client = createApiClient(await asServiceAccount(server, 'default', 'applier'));
    const put = (): Promise<unknown> =>
      apply(client, path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' } });
    await until('it may patch, but not make it', async () => {
      const refusal = await put().catch((error: unknown) => String(error));
      return String(refusal).includes('cannot create resource') || undefined;
    });
    await commands.ok('kubectl', ['delete', 'clusterrole', 'applies']);
    await make('patch,create');
    await until('it may', put);
    client.close();
    const { used } = audited(server.directory, 'system:serviceaccount:default:applier');
    expect([...used].toSorted()).toEqual(['create configmaps', 'patch configmaps']);
  });
});
