import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NAMESPACE } from '../cluster/chart.js';
import { until } from '../harness/until.js';
import { runBackend } from './backend.js';
import { Visitor } from './visitor.js';
import { World } from './world.js';

// Session persistence with backends that are pods: https://gateway-api.sigs.k8s.io/geps/gep-1619/

jest.setTimeout(300_000);

let world: World;
let address: string;

/** Where a session is asked for, by the path that has it. */
const WAYS = {
  '/cookie': 'sessionPersistence: { type: Cookie, cookie: { name: cart } }',
  '/header': 'sessionPersistence: { type: Header, header: { name: x-session } }',
  '/x-backend': '',
  '/policy': '',
} as const;
type Way = keyof typeof WAYS;
const PATHS = Object.keys(WAYS) as Way[];
const BACKENDS: Readonly<Record<Way, string>> = {
  '/cookie': '{ name: cart, port: 80 }',
  '/header': '{ name: cart, port: 80 }',
  '/x-backend': '{ group: gateway.networking.x-k8s.io, kind: XBackend, name: cart }',
  '/policy': '{ name: policed, port: 80 }',
};

beforeAll(async () => {
  world = await World.open('sessions');
  // Two Deployments are one backend: one of them is replaced while the other stays.
  await Promise.all([
    runBackend(world, 'lasting', { replicas: 1, labels: { group: 'cart' } }),
    runBackend(world, 'passing', { replicas: 2, labels: { group: 'cart' } }),
  ]);
  const rules = PATHS.map(
    (path) => `
  - matches: [{ path: { type: PathPrefix, value: ${path} } }]
    backendRefs: [${BACKENDS[path]}]
    ${WAYS[path]}`,
  );
  const service = (name: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { group: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---`;
  await world.put(`${service('cart')}${service('policed')}
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackendTrafficPolicy
metadata: { name: policed }
spec:
  targetRefs: [{ group: "", kind: Service, name: policed }]
  sessionPersistence: { type: Cookie, absoluteTimeout: 1h, cookie: { lifetimeType: Permanent } }
---
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XBackend
metadata: { name: cart }
spec:
  type: EndpointSelector
  endpointSelector: { matchLabels: { group: cart } }
  port: { number: 8080 }
  sessionPersistence: { type: Cookie, cookie: { name: basket } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  parentRefs: [{ name: edge }]
  rules:${rules.join('')}
`);
  address = await world.gateway('edge', '[{ name: http, port: 80, protocol: HTTP }]');
  for (const path of PATHS)
    await until(
      `${path} reaches both Deployments`,
      async () => {
        const reached = await Promise.all(Array.from({ length: 10 }, () => newcomer(path).reach()));
        const seen = (name: string): boolean => reached.some((pod) => pod.startsWith(name));
        if (seen('lasting') && seen('passing')) return true;
        throw new Error(reached.join(' '));
      },
      60_000,
    );
});

afterAll(async () => {
  await world.close();
});

const newcomer = (path: Way): Visitor => new Visitor({ address, port: 80, host: 'shop.test', path });

/** For each way one whose session is with a pod of the Deployment. */
async function visitorsOf(deployment: string): Promise<readonly Visitor[]> {
  return await Promise.all(
    PATHS.map((path) =>
      until(`a session with ${deployment} on ${path}`, async () => {
        const visitor = newcomer(path);
        return (await visitor.reach()).startsWith(deployment) ? visitor : undefined;
      }),
    ),
  );
}

/** What all of them reach while something is done and once after it: each list without repetitions. */
async function reachedDuring(
  visitors: readonly Visitor[],
  what: () => Promise<void>,
): Promise<readonly (readonly string[])[]> {
  let isOver = false;
  const reached = visitors.map(async (visitor) => {
    const pods = [await visitor.reach()];
    do {
      const pod = await visitor.reach();
      if (pod !== pods.at(-1)) pods.push(pod);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (!isOver);
    pods.push(await visitor.reach());
    return pods.filter((pod, i) => pod !== pods[i - 1]);
  });
  await what().finally(() => (isOver = true));
  return await Promise.all(reached);
}

const one = (pods: readonly string[]): string => pods.join(' then ');

describe('a session', () => {
  it('keeps a client with one pod, and the next client with one of its own', async () => {
    for (const path of PATHS) {
      const firsts = new Set<string>();
      for (let i = 0; i < 12; i += 1) {
        const visitor = newcomer(path);
        const pod = await visitor.reach();
        for (let again = 0; again < 5; again += 1) expect(await visitor.reach()).toBe(pod);
        firsts.add(pod);
      }
      expect(firsts.size).toBeGreaterThan(1);
    }
  });

  it('stays with its pod while all others are replaced', async () => {
    const visitors = await visitorsOf('lasting');
    const reached = await reachedDuring(visitors, () => world.restart('passing'));
    for (const pods of reached) expect(one(pods)).toMatch(/^lasting-\S+$/);
  });

  it('stays with its pod while Envoys are replaced', async () => {
    const visitors = await visitorsOf('lasting');
    const before = (await world.envoys('edge')).map(({ metadata }) => metadata.name);
    const reached = await reachedDuring(visitors, () => world.restart('edge-windlass'));
    for (const pods of reached) expect(one(pods)).toMatch(/^lasting-\S+$/);
    const after = (await world.envoys('edge')).map(({ metadata }) => metadata.name);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  it('stays with its pod while the control plane is replaced, and pods come that it has never seen', async () => {
    const visitors = await visitorsOf('lasting');
    const reached = await reachedDuring(visitors, async () => {
      await world.restart('windlass', NAMESPACE);
      await world.restart('passing');
    });
    for (const pods of reached) expect(one(pods)).toMatch(/^lasting-\S+$/);
    const passing = (await world.list('Pod', 'app=passing')).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    for (const { metadata } of passing)
      await until(
        `${metadata.name} is reached`,
        async () => ((await newcomer('/cookie').reach()) === metadata.name ? true : undefined),
        60_000,
      );
  });

  it('moves once when its pod is gone, without a failed request, and stays where it is then', async () => {
    const visitors = await visitorsOf('lasting');
    const reached = await reachedDuring(visitors, async () => {
      const from = visitors.map(({ last }) => last);
      await world.restart('lasting');
      await until(
        'every session has moved',
        () => (visitors.every(({ last }, i) => last !== from[i]) ? true : undefined),
        60_000,
      );
    });
    for (const pods of reached) {
      expect(pods).toHaveLength(2);
      expect(one(pods)).toMatch(/^lasting-\S+ then (lasting|passing)-\S+$/);
    }
    for (const visitor of visitors) {
      const pod = await visitor.reach();
      for (let i = 0; i < 10; i += 1) expect(await visitor.reach()).toBe(pod);
    }
  });
});
