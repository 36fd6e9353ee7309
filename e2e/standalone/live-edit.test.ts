import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { unusedPort } from '../harness/port.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

const port = 8080;
let windlass: Standalone;
let backends: Backend[];
let address: string;

const split = (stable: number, canary: number): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [shop.example]
  rules:
    - backendRefs:
        - { name: stable, port: 80, weight: ${stable} }
        - { name: canary, port: 80, weight: ${canary} }
`;

beforeAll(async () => {
  backends = [await startBackend('stable'), await startBackend('canary')];
  windlass = new Standalone({
    'edge.yaml': documents(gateway('edge', port), ...backends.map(({ name, port }) => service(name, port))),
    'route.yaml': split(100, 0),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  for (const backend of backends) await backend.close();
}, 60_000);

const from = async (): Promise<string | undefined> =>
  (await ask({ address, port, host: 'shop.example' })).echo?.backend;

describe('a live edit', () => {
  it('of a weight under constant load loses no request', async () => {
    await until('the first answer', async () => ((await from()) === 'stable' ? true : undefined));
    const load = startLoad({ address, port, host: 'shop.example' }, { workers: 4 });
    for (let round = 0; round < 10; round += 1) {
      const wanted = round % 2 === 0 ? 'canary' : 'stable';
      windlass.write('route.yaml', wanted === 'canary' ? split(0, 100) : split(100, 0));
      await until(`an answer of ${wanted}`, async () => ((await from()) === wanted ? true : undefined));
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  }, 60_000);

  it('that is broken changes nothing that runs, says what is wrong once, and says when it is mended', async () => {
    windlass.write('route.yaml', split(100, 0));
    await until('stable', async () => ((await from()) === 'stable' ? true : undefined));
    windlass.write('route.yaml', split(0, 100).replace('weight: 100', 'weight: heavy'));
    const fault = /route\.yaml:\d+:\d+/;
    await until('the fault in the log', () => (fault.test(windlass.log) ? true : undefined));
    // The whole answer, so that a failure says what it was.
    expect(await ask({ address, port, host: 'shop.example' })).toMatchObject({ echo: { backend: 'stable' } });
    expect(windlass.log.split(/\n/).filter((line) => line.includes('backendRefs[1].weight')).length).toBe(1);
    windlass.write('route.yaml', split(0, 100));
    await until('canary', async () => ((await from()) === 'canary' ? true : undefined));
  }, 60_000);

  it("that adds a listener opens its port once: it is never taken for a stranger's, nor closed again", async () => {
    const edge = (...ports: readonly number[]): string =>
      documents(
        gateway('edge', port).replace(
          'listeners: [',
          `listeners: [${ports.map((more) => `{ name: p${more}, port: ${more}, protocol: HTTP }, `).join('')}`,
        ),
        ...backends.map((backend) => service(backend.name, backend.port)),
      );
    // On an address that was chosen without it: one that nobody else has there.
    const added = await unusedPort();
    for (let round = 0; round < 5; round += 1) {
      windlass.write('edge.yaml', edge(added));
      await until('the new port', async () =>
        (await ask({ address, port: added, host: 'shop.example' })).status > 0 ? true : undefined,
      );
      for (let i = 0; i < 20; i += 1) {
        expect((await ask({ address, port: added, host: 'shop.example' })).status).toBe(200);
      }
      windlass.write('edge.yaml', edge());
      await until(
        'the port to close',
        async () =>
          await ask({ address, port: added, host: 'shop.example' }).then(
            () => undefined,
            () => true,
          ),
      );
    }
    expect(windlass.log).not.toContain('PortUnavailable');
  }, 60_000);

  it('that deletes the route ends in 404', async () => {
    windlass.write('route.yaml', '');
    await until('404', async () =>
      (await ask({ address, port, host: 'shop.example' })).status === 404 ? true : undefined,
    );
  }, 60_000);
});
