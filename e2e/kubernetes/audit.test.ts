import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createApiClient } from '../../src/kubernetes/index.js';
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
});
