import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway, service } from '../harness/yaml.js';

// Why endpoints that leave are left out at once, without health_status DRAINING: Envoy ends what it has begun with them.

const port = 8080;
const DELAY_MS = 3_000;

describe.each(['http1', 'http2'] as const)('an endpoint that leaves, over %s', (protocol) => {
  let windlass: Standalone;
  let backends: readonly Backend[];
  let address: string;

  const app = (backend: Backend | undefined): string => {
    const appProtocol = protocol === 'http1' ? 'http' : 'kubernetes.io/h2c';
    const own = service('app', backend?.port ?? 1, 'default', appProtocol);
    return backend === undefined ? own.replace('[{ addresses: [127.0.0.1] }]', '[]') : own;
  };
  const get = (path = '/') => ask({ address, port, host: 'app.example', path });

  beforeAll(async () => {
    backends = [await startBackend('old', protocol), await startBackend('new', protocol)];
    windlass = new Standalone({
      'edge.yaml': documents(gateway('edge', port), everythingTo('app', 'edge')),
      'app.yaml': app(backends[0]),
    });
    await windlass.start();
    address = await windlass.address('edge');
  }, 60_000);

  afterAll(async () => {
    await windlass.dispose();
    for (const backend of backends) await backend.close();
  }, 60_000);

  it('answers what it was asked before, and gets nothing more', async () => {
    await until('the old endpoint', async () => ((await get()).echo?.backend === 'old' ? true : undefined));
    const begun = get(`/?delay=${DELAY_MS}`);
    windlass.write('app.yaml', app(backends[1]));
    await until('the new endpoint', async () => ((await get()).echo?.backend === 'new' ? true : undefined));
    const later = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(new Set(later.map(({ echo }) => echo?.backend))).toEqual(new Set(['new']));
    expect((await begun).echo?.backend).toBe('old');
  }, 30_000);

  it('and was the last answers too, while others are told 503', async () => {
    await until('the new endpoint', async () => ((await get()).echo?.backend === 'new' ? true : undefined));
    const begun = get(`/?delay=${DELAY_MS}`);
    windlass.write('app.yaml', app(undefined));
    await until('503', async () => ((await get()).status === 503 ? true : undefined));
    expect((await begun).echo?.backend).toBe('new');
  }, 30_000);
});
