import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { createApiClient, type ApiClient } from './api-client.js';
import { apply, remove } from './apply.js';

let server: Server;
let client: ApiClient;
let asked: string[];
let answer: { readonly status: number; readonly body: object };

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(
        `${request.method ?? ''} ${request.url ?? ''} ${request.headers['content-type'] ?? ''} ${body}`,
      );
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser(
    { name: 'a', server: `http://127.0.0.1:${port}`, skipTLSVerify: false },
    { name: 'b' },
  );
  client = createApiClient(config);
});

beforeEach(() => {
  asked = [];
  answer = { status: 200, body: { metadata: { name: 'a', managedFields: [] } } };
});

afterAll(async () => {
  client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('an object', () => {
  it('is applied by force, in our name', async () => {
    expect(await apply(client, '/api/v1/x/a', { kind: 'X' })).toEqual({ metadata: { name: 'a' } });
    await apply(client, '/api/v1/x/a', { kind: 'X' }, { fieldManager: 'other', dryRun: true });
    expect(asked).toEqual([
      'PATCH /api/v1/x/a?fieldManager=windlass&force=true application/apply-patch+yaml {"kind":"X"}',
      'PATCH /api/v1/x/a?fieldManager=other&force=true&dryRun=All application/apply-patch+yaml {"kind":"X"}',
    ]);
  });

  it('is deleted with what it was known as, and what is asked next is understood', async () => {
    expect(await remove(client, '/api/v1/x/a', 'u1')).toBe(true);
    expect(asked.at(-1)).toContain('"preconditions":{"uid":"u1"}');
    expect(await client.call({ path: '/api/v1/x' })).toBeDefined();
    expect(asked).toHaveLength(2);
  });

  it.each([404, 409])('that is gone, or another one by now, is not deleted: %s', async (status) => {
    answer = { status, body: {} };
    expect(await remove(client, '/api/v1/x/a', 'u1')).toBe(false);
  });

  it('that may not be deleted is a failure', async () => {
    answer = { status: 403, body: { message: 'no' } };
    await expect(remove(client, '/api/v1/x/a', undefined)).rejects.toThrow(/403 no/);
  });
});
