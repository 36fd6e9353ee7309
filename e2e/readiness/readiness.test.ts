import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { openSite, type Site, type Started } from './site.js';

const TIMEOUT_MS = 60_000;

let site: Site;
beforeAll(async () => {
  site = await openSite(5);
}, TIMEOUT_MS);
afterAll(() => site.close(), TIMEOUT_MS);

async function withEnvoy(act: (envoy: Started) => Promise<void>): Promise<void> {
  const envoy = await site.start();
  try {
    await act(envoy);
  } finally {
    await envoy.stop();
  }
}

/** Longer than any start, shorter than the first of the waits that must not be waited out (DNS 5 s, secrets and endpoints 15 s). */
const SOON_MS = 4_500;

describe('a new Envoy that meets a missing secret, a name server that never answers and a cluster that it rejects', () => {
  it.each([
    ['and is the first to reject it', 0],
    ['that another has rejected', 1],
  ])(
    'is ready without waiting any of them out, %s',
    async (_which, convicted) => {
      site.serve('impaired');
      expect(site.server.convictions('shop/web')).toHaveLength(convicted);
      await withEnvoy(async ({ readyMs, admin, portOf }) => {
        expect(readyMs).toBeLessThan(SOON_MS);
        const [port, tls] = [await portOf(80), await portOf(443)];
        const status = async (path: string): Promise<number> =>
          (await ask({ address: '127.0.0.1', port, host: 'any.example', path })).status;
        await until('the conviction to be served', async () =>
          (await status('/odd')) === 500 ? true : undefined,
        );
        expect(await status('/good-4')).toBe(200);
        expect(await status('/named')).toBe(503);
        const sni = 'first.example';
        expect((await ask({ address: '127.0.0.1', port: tls, host: sni, sni, path: '/good-0' })).status).toBe(
          200,
        );
        await expect(
          ask({ address: '127.0.0.1', port: tls, host: 'second.example', sni: 'second.example' }),
        ).rejects.toThrow();
        const stats = await admin('/stats?filter=init_fetch_timeout');
        expect(stats.split('\n').filter((line) => /: [1-9]/.test(line))).toEqual([]);
      });
      expect(site.server.convictions('shop/web')).toHaveLength(1);
    },
    TIMEOUT_MS,
  );
});
