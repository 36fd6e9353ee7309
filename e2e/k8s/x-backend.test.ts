import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NODE_ADDRESS } from '../cluster/node/layout.js';
import { ask, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { ref, routeTo, selector, xBackend } from '../xbackend/objects.js';
import { runBackend } from './backend.js';
import { answered, podOf, watch } from './requests.js';
import { World } from './world.js';

// XBackends that lead to pods, and to names outside the namespace and outside the cluster: https://gateway-api.sigs.k8s.io/geps/gep-4894/

jest.setTimeout(300_000);

let world: World;
let elsewhere: World;
let address: string;
/** Not in a pod. */
let outside: Server;

beforeAll(async () => {
  [world, elsewhere] = await Promise.all([World.open('x-backend'), World.open('elsewhere')]);
  outside = createServer((_request, response) => response.setHeader('x-pod', 'none').end('{}'));
  await new Promise<void>((resolve) => outside.listen(0, NODE_ADDRESS, resolve));
  const { port } = outside.address() as AddressInfo;
  await Promise.all([
    runBackend(world, 'web', { replicas: 2, readinessPath: '/ready' }),
    runBackend(elsewhere, 'store', { replicas: 1 }),
  ]);
  // A name in the cluster's DNS for what is no pod: a Service without a cluster IP whose endpoint somebody wrote.
  await world.put(`
apiVersion: v1
kind: Service
metadata: { name: legacy }
spec: { clusterIP: None, ports: [{ name: http, port: ${port} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: legacy-1, labels: { kubernetes.io/service-name: legacy } }
addressType: IPv4
endpoints: [{ addresses: [${NODE_ADDRESS}] }]
ports: [{ name: http, port: ${port} }]
---
${selector('web', 8080)}
---
${external('store', `store.${elsewhere.namespace}.svc.cluster.local`, 80)}
---
${external('legacy', `legacy.${world.namespace}.svc.cluster.local`, port)}
---
${external('unknown', 'no-such-name.example', 80)}
---
${routeTo(['web', 'store', 'legacy', 'unknown'])}
`);
  address = await world.gateway('edge', '[{ name: http, port: 80, protocol: HTTP }]');
  await answered(what('web'), 200);
});

afterAll(async () => {
  outside.close();
  await Promise.all([world.close(), elsewhere.close()]);
});

function external(name: string, hostname: string, port: number): string {
  return xBackend(
    name,
    `type: ExternalHostname, externalHostname: { hostname: ${hostname} }, port: { number: ${port} }`,
  );
}

function what(name: string): Ask {
  return { address, port: 80, host: 'shop.test', path: `/${name}` };
}

/** Pods that answer. */
async function reached(times = 30): Promise<ReadonlySet<string>> {
  const pods = new Set<string>();
  for (let i = 0; i < times; i += 1) pods.add(podOf(await ask(what('web'))));
  return pods;
}

async function podsAre(names: readonly string[]): Promise<void> {
  await until(
    `exactly ${names.join(', ')} answer`,
    async () => {
      const seen = [...(await reached())].toSorted();
      if (JSON.stringify(seen) === JSON.stringify(names.toSorted())) return true;
      throw new Error(seen.join(' '));
    },
    60_000,
  );
}

async function podsOf(label: string): Promise<readonly string[]> {
  const pods = await world.list('Pod', label);
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

describe('an XBackend that selects pods', () => {
  it('leads to every one of them, whatever Deployment it is of, and says that it is well', async () => {
    await podsAre(await podsOf('app=web'));
    const found = await world.find('XBackend', 'web');
    const { ancestors = [] } = (found?.status ?? {}) as {
      readonly ancestors?: readonly { readonly conditions: readonly { type: string; status: string }[] }[];
    };
    const said = (ancestors[0]?.conditions ?? []).map(({ type, status }) => `${type} ${status}`);
    expect(said).toEqual(expect.arrayContaining(['Accepted True', 'ResolvedRefs True']));
  });

  it('follows pods that come and go, without a failed request', async () => {
    const load = watch(what('web'), ({ status }) => (status === 200 ? undefined : String(status)));
    await world.patch('Deployment', 'web', { spec: { replicas: 4 } });
    await world.rolledOut('web');
    expect(await podsOf('app=web')).toHaveLength(4);
    await podsAre(await podsOf('app=web'));
    await world.patch('Deployment', 'web', { spec: { replicas: 1 } });
    await world.rolledOut('web');
    await podsAre(await podsOf('app=web'));
    await world.restart('web');
    await podsAre(await podsOf('app=web'));
    expect((await load.end()).asked).toBeGreaterThan(20);
  });

  it('leaves out a pod that is not ready, and takes it again when it is', async () => {
    await world.patch('Deployment', 'web', { spec: { replicas: 2 } });
    await world.rolledOut('web');
    const [first = '', second = ''] = await podsOf('app=web');
    await podsAre([first, second]);
    const load = watch(what('web'), ({ status }) => (status === 200 ? undefined : String(status)));
    const ready = (isReady: boolean): Promise<string> =>
      world.exec(second, ['/usr/local/bin/node', '-e', `fetch('http://127.0.0.1:8080/ready?is=${isReady}')`]);
    await ready(false);
    await podsAre([first]);
    await ready(true);
    await podsAre([first, second]);
    await load.end();
  });

  it('that nobody has answers 503 and not from anywhere else', async () => {
    await world.patch('Deployment', 'web', { spec: { replicas: 0 } });
    await answered(what('web'), 503);
    await world.patch('Deployment', 'web', { spec: { replicas: 1 } });
    await answered(what('web'), 200);
  });
});

describe('an XBackend of an external hostname', () => {
  it('leads to a Service of another namespace, by its name', async () => {
    const answer = await answered(what('store'), 200);
    expect(podOf(answer)).toMatch(/^store-/);
  });

  it('leads to what runs outside of every pod', async () => {
    const answer = await answered(what('legacy'), 200);
    expect(podOf(answer)).toBe('none');
  });

  it('follows its name: pods behind it are replaced without a failed request', async () => {
    const load = watch(what('store'), ({ status }) => (status === 200 ? undefined : String(status)));
    await elsewhere.restart('store');
    await load.end();
  });

  it('that has no address answers 503, and the others serve', async () => {
    expect((await ask(what('unknown'))).status).toBe(503);
    expect((await ask(what('legacy'))).status).toBe(200);
  });
});

it('an XBackend of another namespace is no backend of a route', async () => {
  await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: far }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [far.test]
  rules: [{ backendRefs: [${ref('store').replace(' }', `, namespace: ${elsewhere.namespace} }`)}] }]
`);
  await answered({ address, port: 80, host: 'far.test' }, 500);
});
