import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NAMESPACE } from '../cluster/chart.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { installProduct, productTag } from './chart.js';
import { HOST, openSite, type Site } from './site.js';

jest.setTimeout(900_000);
/** An Envoy that is there reads a new CA when kubelet has renewed its files: a minute or so. */
const REACHED_MS = 240_000;
const IN_A_ROW = 20;

let site: Site;

beforeAll(async () => {
  site = await openSite('install');
}, 600_000);

afterAll(async () => {
  await installProduct([], productTag());
  await site.world.close();
}, 600_000);

async function uninstalled(): Promise<void> {
  const { world } = site;
  await world.commands.ok('helm', ['uninstall', 'windlass', '--namespace', NAMESPACE, '--wait']);
  await world.remove('Namespace', NAMESPACE);
  await world.gone('Namespace', NAMESPACE);
  expect(await world.find('GatewayClass', 'windlass')).toBeUndefined();
}

const route = (name: string, gateway: string, path: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: ${gateway}}]
  rules:
    - matches: [{path: {type: PathPrefix, value: ${path}}}]
      filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-route, value: ${name}}]}}]
      backendRefs: [{name: shop, port: 80}]
`;

/** Waits until a route answers, whichever Envoy is asked. */
async function routed(address: string, name: string, path: string, deadlineMs: number): Promise<void> {
  await until(
    `route ${name} answers`,
    async () => {
      for (let asked = 0; asked < IN_A_ROW; asked += 1) {
        const { status, headers } = await ask({ address, port: 80, host: HOST, path });
        if (headers['x-route'] !== name) throw new Error(String(status));
      }
      return true;
    },
    deadlineMs,
    200,
  );
}

describe('the chart', () => {
  it('is uninstalled and installed again with nothing left of it: Gateways serve on, and follow the new one', async () => {
    const { world, address } = site;
    const met = await site.during('uninstall and install', async () => {
      await uninstalled();
      await installProduct([], productTag());
      await world.put(route('since', 'edge', '/since'));
      await routed(address, 'since', '/since', REACHED_MS);
    });
    expect(met.failed).toBe(0);
  });

  it('makes, where there was nothing, a class that is accepted and a first Gateway that serves', async () => {
    const { world } = site;
    await uninstalled();
    const began = Date.now();
    await installProduct([], productTag());
    await world.condition('GatewayClass', 'windlass', 'Accepted');
    const installed = Date.now();
    // As the guide shows it.
    const address = await world.gateway('first', '[{name: http, port: 80, protocol: HTTP}]');
    const programmed = Date.now();
    await world.put(route('first', 'first', '/'));
    await routed(address, 'first', '/', 60_000);
    const [installMs, gatewayMs] = [installed - began, programmed - installed];
    console.log(
      `installed in ${installMs} ms, first Gateway Programmed after ${gatewayMs} ms, served ${Date.now() - programmed} ms later`,
    );
    const { stdout } = await world.commands.run('kubectl', [
      '-n',
      world.namespace,
      'get',
      'gateway',
      'first',
    ]);
    expect(stdout).toMatch(/first\s+windlass\s+198\.\d+\.\d+\.\d+\s+True/);
  });
});
