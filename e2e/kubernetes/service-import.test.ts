import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { until } from '../harness/until.js';
import { serviceImport } from '../multicluster/objects.js';

let server: ApiServer;
let client: ApiClient;
jest.setTimeout(120_000);

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
}, 900_000);

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

describe('the definition of ServiceImport', () => {
  it('is one that an API server takes, with what is read of it, in both versions', async () => {
    const definition: unknown = parse(readFileSync('schemas/multicluster/serviceimports.yaml', 'utf8'));
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await client.call({ method: 'POST', path: definitions, body: definition });
    const written: unknown = parse(serviceImport('store'));
    const of = (version: string): string =>
      `/apis/multicluster.x-k8s.io/${version}/namespaces/default/serviceimports`;
    await until('the definition to be served', async () => {
      await client.call({ method: 'POST', path: of('v1alpha1'), body: written });
      return true;
    });
    const read = await client.call({ method: 'GET', path: `${of('v1beta1')}/store` });
    expect(read).toMatchObject({
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      spec: {
        type: 'ClusterSetIP',
        ips: ['192.0.2.1'],
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      },
    });
    await expect(
      client.call({
        method: 'POST',
        path: of('v1alpha1'),
        body: parse(serviceImport('odd', 'default', 'Odd')),
      }),
    ).rejects.toThrow('spec.type');
  });
});
