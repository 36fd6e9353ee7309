import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { outside, type Outside } from './outside.js';
import { HOST, openSite, parametersOf, type Site } from './site.js';

jest.setTimeout(600_000);

let site: Site;
let client: Outside;

beforeAll(async () => {
  site = await openSite('client-address', 'replicas: 2, service: {externalTrafficPolicy: Local}');
  client = await outside();
}, 600_000);

afterAll(async () => {
  await client.close();
  await site.world.close();
}, 600_000);

const ASK = `
const [address, host, forwarded] = process.argv.slice(1);
const { request } = await import('node:http');
const headers = { host, ...(forwarded && { 'x-forwarded-for': forwarded }) };
request({ host: address, port: 80, headers }, async (response) => {
  response.pipe(process.stdout);
}).end();
`;

/** Headers as the backend gets them from a client outside. */
function received(...forwarded: readonly string[]): Readonly<Record<string, string>> {
  const answer = client.run(ASK, site.address, HOST, ...forwarded);
  return (JSON.parse(answer) as { readonly headers: Readonly<Record<string, string>> }).headers;
}

async function policy(wanted: 'Local' | 'Cluster'): Promise<void> {
  await site.world.put(parametersOf(`replicas: 2, service: {externalTrafficPolicy: ${wanted}}`));
  await until(`the Service has ${wanted}`, async () => {
    const found = await site.world.find('Service', 'edge-windlass');
    return found?.spec['externalTrafficPolicy'] === wanted || undefined;
  });
}

describe('a client outside of the node', () => {
  it('is known to backends by its own address where nodes do not hand on', () => {
    expect(received()['x-forwarded-for']).toBe(client.address);
  });

  it('cannot say that it is somebody else: its own address is the last', () => {
    expect(received('192.0.2.7')['x-forwarded-for']).toBe(`192.0.2.7,${client.address}`);
    expect(received('192.0.2.7')['x-envoy-external-address']).toBeUndefined();
  });

  it('is known by the address of the node where nodes hand on', async () => {
    await policy('Cluster');
    await until('the node hands on', () => received()['x-forwarded-for'] !== client.address || undefined);
    expect(received()['x-forwarded-for']).not.toBe(client.address);
    await policy('Local');
    await until('it is known again', () => received()['x-forwarded-for'] === client.address || undefined);
  });
});
