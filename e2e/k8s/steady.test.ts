import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runBackend } from './backend.js';
import { ALL, startLoad } from './load/load.js';
import { sums } from './load/report.js';
import { World } from './world.js';
import { pause } from '../harness/pause.js';
jest.setTimeout(600_000);
let world: World;
beforeAll(async () => { world = await World.open('steady'); await runBackend(world, 'shop'); }, 300_000);
afterAll(async () => { await world.close(); }, 300_000);
describe('steady', () => {
  it('serves', async () => {
    const address = await world.gateway('edge', '[{name: http, port: 80, protocol: HTTP}]');
    await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: all}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: shop, port: 80}]}]
`);
    await pause(3000);
    const load = startLoad({ address, port: 80, host: 'shop.example', isSecure: false, clients: { ...ALL, forever: 1 } });
    await pause(20_000);
    const report = await load.stop('steady');
    expect(sums(report).failed).toBe(0);
  });
});
