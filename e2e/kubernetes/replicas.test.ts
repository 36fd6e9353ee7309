// Two replicas of the control plane, with real Envoys spread over both, and what becomes of all that when the one that leads is killed.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startReflector, type Reflector } from '../../src/kubernetes/index.js';
import { NAMESPACE } from '../cluster/chart.js';
import type { Controller } from '../cluster/controller.js';
import { unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';
import { startBalancer, type Balancer } from './balancer.js';
import { installChart, type Found, type Installation } from './install-world.js';
import { startPodEnvoy, type PodEnvoy } from './pod-envoy.js';
import { SERVER_NAME, tokenOf } from './security-world.js';

jest.setTimeout(180_000);

const GATEWAYS = '/apis/gateway.networking.k8s.io/v1/gateways';
const ROUTES = '/apis/gateway.networking.k8s.io/v1/httproutes';
const EDGE = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/edge';
const CHANGED = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/web-0';
const ROUTE_COUNT = 40;
const ENVOYS = 4;
/** Of the Lease: its life, a retry of whoever wants it, and what a busy machine adds. */
const TAKEN_OVER_MS = 15_000 + 2_000 + 5_000;

let cluster: Installation;
let balancer: Balancer;
let leader: Controller;
let follower: Controller;
const envoys: PodEnvoy[] = [];
const watches: Reflector[] = [];

beforeAll(async () => {
  cluster = await installChart();
  const [xdsPort, replicaPort] = [await unusedPort(), await unusedPort()];
  await cluster.put(objects(await unusedPort()));
  const replica = (name: string, address: string): Promise<Controller> =>
    cluster.start({ name, address, xdsPort, replicaPort });
  leader = await replica('windlass-a', '127.0.0.2');
  await leader.ready();
  await leader.event('leading', 60_000);
  follower = await replica('windlass-b', '127.0.0.3');
  await follower.ready();
  await cluster.put(replicaSlice('127.0.0.2', '127.0.0.3'));
  balancer = await startBalancer(['127.0.0.2', '127.0.0.3'], xdsPort);
  const authority = await until('the CA', () =>
    cluster.get(`/api/v1/namespaces/${NAMESPACE}/configmaps/windlass-xds-ca`),
  );
  for (let number = 1; number <= ENVOYS; number += 1) {
    envoys.push(
      await startPodEnvoy({
        ...{ fleet: 'shop/edge', pod: `shop/edge-${number}`, serverName: SERVER_NAME },
        ...{ xdsPort: balancer.port, ca: authority.data?.['ca.crt'] ?? '' },
        token: await tokenOf(cluster.admin, 'shop', 'edge-windlass'),
      }),
    );
  }
}, 900_000);

afterAll(async () => {
  for (const watch of watches) watch.stop();
  for (const envoy of envoys) await envoy.stop();
  await balancer.close();
  await leader.dispose();
  await follower.dispose();
  await cluster.dispose();
}, 60_000);

/** What Kubernetes makes of the Service `windlass-replicas`; but it takes loopback addresses for nothing but names. */
function replicaSlice(...addresses: readonly string[]): string {
  return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: windlass-replicas-1
  namespace: ${NAMESPACE}
  labels: { kubernetes.io/service-name: windlass-replicas }
addressType: FQDN
endpoints: [${addresses.map((address) => `{ addresses: [${address}], conditions: { ready: true } }`).join()}]
ports: []
`;
}

/** A Gateway with an address of the cluster, and routes to Services of their own. */
function objects(port: number): string {
  const each = Array.from(
    { length: ROUTE_COUNT },
    (_, number) => `
---
apiVersion: v1
kind: Service
metadata: { name: web-${number}, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-${number}, namespace: shop, labels: { kubernetes.io/service-name: web-${number} } }
addressType: IPv4
endpoints: [{ addresses: [198.18.0.${number + 1}] }]
ports: [{ name: "", port: 8080, protocol: TCP }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web-${number}, namespace: shop }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [web-${number}.example]
  rules: [{ backendRefs: [{ name: web-${number}, port: 80 }] }]
`,
  );
  return `
{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }
---
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: internal, namespace: shop }
spec: { service: { type: ClusterIP } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: windlass
  infrastructure: { parametersRef: { group: windlass.io, kind: GatewayParameters, name: internal } }
  listeners: [{ name: http, port: ${port}, protocol: HTTP }]
${each.join('')}`;
}

/** Envoys that a replica serves, and that hold all of the configuration. */
async function served(by: Controller): Promise<number> {
  const fleets = (await by.json('/fleets')) as readonly {
    readonly fleet: string;
    readonly streams: readonly { readonly accepted: boolean }[];
  }[];
  const streams = fleets.find(({ fleet }) => fleet === 'shop/edge')?.streams ?? [];
  return streams.filter(({ accepted }) => accepted).length;
}

/** Bytes of resources that a replica has sent so far. */
async function bytesSent(by: Controller): Promise<number> {
  const lines = (await by.debug('/metrics')).matchAll(
    /^windlass_xds_events_total\{[^}]*event="bytes"[^}]*\} (\d+)$/gm,
  );
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

interface Status {
  readonly conditions?: readonly Condition[];
  readonly listeners?: readonly { readonly name: string; readonly conditions: readonly Condition[] }[];
  readonly parents?: readonly { readonly conditions: readonly Condition[] }[];
}

interface Said {
  /** Which condition, of what. */
  readonly of: string;
  /** `True` and the like, and since when. */
  readonly is: string;
}

/** Every condition of an object's status. */
function said({ metadata: { name }, status }: Found): readonly Said[] {
  const { conditions = [], listeners = [], parents = [] } = (status ?? {}) as Status;
  const at = (place: string, all: readonly Condition[]): readonly Said[] =>
    all.map(({ type, status: is, lastTransitionTime: since }) => ({
      of: `${name} ${place} ${type}`,
      is: `${is} ${since}`,
    }));
  return [
    ...at('itself', conditions),
    ...listeners.flatMap((each) => at(`listener ${each.name}`, each.conditions)),
    ...parents.flatMap((parent, index) => at(`parent ${index}`, parent.conditions)),
  ];
}

const messageOf = async (): Promise<string> => {
  const { conditions = [] } = ((await cluster.get(EDGE))?.status ?? {}) as Status;
  return conditions.find(({ type }) => type === 'Programmed')?.message ?? '';
};

const untilMessage = (message: RegExp): Promise<string> =>
  until(
    `the Gateway says ${String(message)}`,
    async () => {
      const is = await messageOf();
      if (message.test(is)) return is;
      throw new Error(is);
    },
    60_000,
    100,
  );

/** Everything that Gateway and routes say from now on: how often they were written, and what each of their conditions ever was. */
async function watch(): Promise<{
  readonly writes: () => number;
  readonly ever: ReadonlyMap<string, ReadonlySet<string>>;
}> {
  const ever = new Map<string, Set<string>>();
  let seen = 0;
  let atFirst = 0;
  const synced = new Set<string>();
  for (const path of [GATEWAYS, ROUTES]) {
    watches.push(
      startReflector<Found>({
        ...{ client: cluster.admin, path },
        onChange: ({ upserts }) => {
          for (const { of, is } of upserts.flatMap(({ object }) => said(object)))
            ever.set(of, (ever.get(of) ?? new Set()).add(is));
          seen += upserts.length;
        },
        onState: ({ is }) => {
          if (is === 'synced') synced.add(path);
        },
      }),
    );
  }
  await until('both are watched', () => synced.size === 2 || undefined);
  atFirst = seen;
  return { writes: () => seen - atFirst, ever };
}

describe('two replicas', () => {
  it('count the Envoys of both in one status', async () => {
    await until(
      'two Envoys at each',
      async () => ((await served(leader)) === 2 && (await served(follower)) === 2) || undefined,
      60_000,
      100,
    );
    expect(await untilMessage(/\b4\b/)).toContain('4');
    expect(follower.log.some(({ message }) => message === 'leading')).toBe(false);
  });

  it('are one when the leader is killed: nothing flaps, and Envoys get what is new to them and nothing else', async () => {
    const told = await watch();
    const whole = (await bytesSent(leader)) + (await bytesSent(follower));
    const sent = await bytesSent(follower);
    const killed = Date.now();
    await leader.end('SIGKILL');
    await until(
      'all Envoys at the other',
      async () => (await served(follower)) === ENVOYS || undefined,
      60_000,
      100,
    );
    const reconnectedMs = Date.now() - killed;
    const again = (await bytesSent(follower)) - sent;
    await follower.event('leading', 60_000);
    const ledMs = Date.now() - killed;
    // Kubernetes notices a Pod that died, some time.
    await cluster.put(replicaSlice('127.0.0.3'));
    await untilMessage(/\b4\b(?!.*not answer)/);
    // For longer than a Gateway that nobody serves keeps its word.
    await until('time has passed', () => Date.now() - killed > 30_000 || undefined, 60_000);
    expect(await messageOf()).toMatch(/\b4\b/);
    const writes = told.writes();

    await cluster.replace(CHANGED, '/spec/hostnames/0', 'changed.example');
    const before = await bytesSent(follower);
    await until(
      'the change at all Envoys',
      async () => {
        const status = ((await cluster.get(CHANGED))?.status ?? {}) as Status;
        return JSON.stringify(status).includes('"observedGeneration":2') || undefined;
      },
      30_000,
      100,
    );
    await until('they hold it', async () => (await served(follower)) === ENVOYS || undefined);
    const change = (await bytesSent(follower)) - before;

    const figures = { whole, again, change, reconnectedMs, ledMs, writes };
    console.log(`two replicas: ${JSON.stringify(figures)}, ${await messageOf()}`);
    // Each condition has been one thing all the time, whoever wrote it, and good.
    expect([...told.ever].filter(([, was]) => was.size > 1)).toEqual([]);
    expect([...told.ever].filter(([of, was]) => isBad(of, [...was].join()))).toEqual([]);
    expect(told.ever.size).toBeGreaterThan(2 * ROUTE_COUNT);
    // The watch would have told: the change is one write, of the route.
    expect(told.writes() - writes).toBeGreaterThan(0);
    expect(ledMs).toBeLessThan(TAKEN_OVER_MS);
    expect(again).toBeLessThan(whole / 100);
    expect(change).toBeGreaterThan(0);
  });
});

function isBad(of: string, was: string): boolean {
  return / (Accepted|Programmed|ResolvedRefs)$/.test(of) && !was.startsWith('True ');
}
