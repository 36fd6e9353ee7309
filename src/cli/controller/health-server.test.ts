import { afterEach, expect, it } from '@jest/globals';
import { startHealthServer, type HealthServer } from './health-server.js';

let server: HealthServer | undefined;

afterEach(async () => {
  await server?.close();
});

const metrics = () => Promise.resolve('windlass_ready 1\n');

it('answers probes and Prometheus, and nothing else', async () => {
  let ready = false;
  server = await startHealthServer({ address: '127.0.0.1', port: 0, isReady: () => ready, metrics });
  const url = `http://127.0.0.1:${server.port}`;
  const status = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(url + path, { method })).status;
  expect(await status('/healthz')).toBe(200);
  expect(await status('/readyz')).toBe(503);
  ready = true;
  expect(await status('/readyz?verbose')).toBe(200);
  expect(await status('/readyz', 'HEAD')).toBe(200);
  expect(await status('/readyz', 'POST')).toBe(405);
  expect(await status('/config')).toBe(404);
  expect(await (await fetch(`${url}/metrics`)).text()).toBe('windlass_ready 1\n');
});

it('names the flag when its port is taken', async () => {
  server = await startHealthServer({ address: '127.0.0.1', port: 0, isReady: () => true, metrics });
  const { port } = server;
  await expect(
    startHealthServer({ address: '127.0.0.1', port, isReady: () => true, metrics }),
  ).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
    message: expect.stringContaining('--health-port'),
  });
});
