import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

// Default Gateways (GEP-3793), and addresses that cannot be had as they are asked for (GEP-5093).

const PORT = 8080;
let windlass: Standalone;
let backend: Backend;

const byDefault = (name: string): string =>
  gateway(name, PORT).replace('gatewayClassName', 'defaultScope: All\n  gatewayClassName');
const withAddresses = (name: string, addresses: string): string =>
  gateway(name, PORT).replace('gatewayClassName', `addresses: ${addresses}\n  gatewayClassName`);

beforeAll(async () => {
  backend = await startBackend('app');
  windlass = new Standalone({
    'one.yaml': byDefault('one'),
    'two.yaml': gateway('two', PORT),
    'rest.yaml': documents(
      service('app', backend.port),
      `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: app }
spec:
  useDefaultGateways: All
  rules: [{ backendRefs: [{ name: app, port: 80 }] }]
`,
    ),
  });
  await windlass.start();
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

async function answers(address: string, wanted: number): Promise<void> {
  await until(`${address} to answer ${wanted}`, async () => {
    const { status } = await ask({ address, port: PORT, host: 'any.test' });
    if (status !== wanted) throw new Error(String(status));
    return true;
  });
}

async function parents(): Promise<readonly string[]> {
  const status = (await windlass.status('HTTPRoute', 'app')) as
    { readonly parents: readonly { readonly parentRef: { readonly name: string } }[] } | undefined;
  return status?.parents.map(({ parentRef }) => parentRef.name) ?? [];
}

async function reasons(name: string): Promise<Readonly<Record<string, string>>> {
  const status = await windlass.status('Gateway', name);
  return Object.fromEntries((status?.conditions ?? []).map(({ type, reason }) => [type, reason]));
}

describe('a route that uses default Gateways', () => {
  it('is served by the Gateways that are default ones, while they are', async () => {
    const [one, two] = [await windlass.address('one'), await windlass.address('two')];
    await answers(one, 200);
    await answers(two, 404);
    expect(await parents()).toEqual(['one']);
    expect(await reasons('one')).toMatchObject({ DefaultGateway: 'DefaultGateway' });
    windlass.write('two.yaml', byDefault('two'));
    await answers(two, 200);
    expect(await parents()).toEqual(['one', 'two']);
    windlass.write('one.yaml', gateway('one', PORT));
    await answers(one, 404);
    expect(await parents()).toEqual(['two']);
    await answers(two, 200);
  }, 60_000);
});

describe('addresses', () => {
  it('without a value get one each, and all are bound', async () => {
    windlass.write('three.yaml', withAddresses('three', '[{ type: IPAddress }, { value: 127.0.9.40 }, {}]'));
    await windlass.address('three');
    const status = await windlass.status('Gateway', 'three');
    const values = status?.addresses?.map(({ value }) => value) ?? [];
    expect(new Set(values).size).toBe(3);
    expect(values).toContain('127.0.9.40');
    expect(await reasons('three')).toMatchObject({ AddressesAssigned: 'AddressesAssigned' });
    for (const address of values) await answers(address, 404);
  }, 60_000);

  it('with a routability are not assigned: nothing is served, or only at the others', async () => {
    windlass.write('four.yaml', withAddresses('four', '[{ routability: Cluster }]'));
    await until('the refusal', async () =>
      (await reasons('four'))['AddressesAssigned'] === 'NotAssigned' ? true : undefined,
    );
    expect(await reasons('four')).toMatchObject({ Accepted: 'Accepted', Programmed: 'AddressNotAssigned' });
    expect((await windlass.status('Gateway', 'four'))?.addresses).toEqual([]);
    windlass.write('four.yaml', withAddresses('four', '[{ routability: Cluster }, { value: 127.0.9.41 }]'));
    expect(await windlass.address('four')).toBe('127.0.9.41');
    expect(await reasons('four')).toMatchObject({
      AddressesAssigned: 'PartiallyAssigned',
      Programmed: 'Programmed',
    });
    await answers('127.0.9.41', 404);
  }, 60_000);

  it('of the routability that promises nothing are had, and told so', async () => {
    const routability = 'testing.x-k8s.io/sentinel';
    windlass.write('six.yaml', withAddresses('six', `[{ routability: ${routability} }]`));
    const value = await windlass.address('six');
    expect((await windlass.status('Gateway', 'six'))?.addresses).toEqual([
      { type: 'IPAddress', value, routability },
    ]);
    expect(await reasons('six')).toMatchObject({ AddressesAssigned: 'AddressesAssigned' });
    await answers(value, 404);
  }, 60_000);

  // GatewayStaticAddresses of the conformance suite.
  it('of a type that is not known refuse the Gateway; one that is not ours leaves the others serving', async () => {
    const all = '{ type: Hostname, value: edge.test }, { value: 192.0.2.1 }, { value: 127.0.9.42 }';
    const settled = async (wanted: Readonly<Record<string, string>>): Promise<void> => {
      await until(JSON.stringify(wanted), async () => {
        const now = await reasons('five');
        if (Object.entries(wanted).some(([type, reason]) => now[type] !== reason))
          throw new Error(JSON.stringify(now));
        return true;
      });
    };
    windlass.write('five.yaml', withAddresses('five', `[${all}]`));
    await settled({ Accepted: 'UnsupportedAddress', AddressesAssigned: 'NotAssigned' });
    windlass.write('five.yaml', withAddresses('five', `[${all.slice(all.indexOf('{ value'))}]`));
    await settled({
      Accepted: 'Accepted',
      Programmed: 'AddressNotUsable',
      AddressesAssigned: 'PartiallyAssigned',
    });
    await answers('127.0.9.42', 404);
    windlass.write('five.yaml', withAddresses('five', '[{ value: 127.0.9.42 }]'));
    await settled({ Accepted: 'Accepted', Programmed: 'Programmed', AddressesAssigned: 'AddressesAssigned' });
    expect((await windlass.status('Gateway', 'five'))?.addresses).toEqual([
      { type: 'IPAddress', value: '127.0.9.42', routability: '' },
    ]);
  }, 60_000);
});
