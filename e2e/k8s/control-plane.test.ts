import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NAMESPACE } from '../cluster/chart.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { HOST, openSite, type Site } from './site.js';

jest.setTimeout(900_000);
/** Until every Envoy answers by a change. */
const ARRIVES_MS = 30_000;
const IN_A_ROW = 20;

let site: Site;

beforeAll(async () => {
  site = await openSite('control-plane');
}, 600_000);

afterAll(async () => {
  await site.world.close();
}, 600_000);

/** Changes what `/changing` answers, and waits until that is all that is answered. */
async function change(number: number): Promise<number> {
  const { world, address } = site;
  const from = Date.now();
  await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: changing}
spec:
  parentRefs: [{name: edge}]
  rules:
    - matches: [{path: {type: Exact, value: /changing}}]
      filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-change, value: "${number}"}]}}]
      backendRefs: [{name: shop, port: 80}]
`);
  await until(
    `change ${number} arrives`,
    async () => {
      for (let asked = 0; asked < IN_A_ROW; asked += 1) {
        const { headers } = await ask({ address, port: 80, host: HOST, path: '/changing' });
        if (headers['x-change'] !== String(number)) throw new Error(`still ${String(headers['x-change'])}`);
      }
      return true;
    },
    ARRIVES_MS,
  );
  return Date.now() - from;
}

describe('the control plane', () => {
  it('is rolled out anew while configuration changes: no request fails, and every change arrives', async () => {
    const { world } = site;
    const delays: number[] = [];
    const met = await site.during('roll-out', async () => {
      await world.commands.ok('kubectl', ['-n', NAMESPACE, 'rollout', 'restart', 'deployment/windlass']);
      let isOver = false;
      const rolledOut = (async () => {
        await world.rolledOut('windlass', NAMESPACE);
        isOver = true;
      })();
      for (let number = 1; !isOver; number += 1) delays.push(await change(number));
      await rolledOut;
    });
    console.log(`${delays.length} changes; seen everywhere after at most ${Math.max(...delays)} ms`);
    expect(met.failed).toBe(0);
    expect(delays.length).toBeGreaterThan(3);
  });
});
