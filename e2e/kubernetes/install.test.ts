// The control plane as the chart installs it, with no rights but those of its ServiceAccount: it does all its work, is forbidden nothing, and has no right that it does not use.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { createAuthority as createCa } from '../../src/certificates/index.js';
import { audited, granted } from '../cluster/audit.js';
import { manifest, NAMESPACE } from '../cluster/chart.js';
import type { Controller } from '../cluster/controller.js';
import type { Crd } from '../cluster/gateway-api.js';
import { createAuthority } from '../harness/authority.js';
import { unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';
import { CHANGES, EDGE, objects, parameters, POD_MONITORS, spare, type Ports } from './install-objects.js';
import {
  audienceAt,
  installChart,
  podSpecOf,
  REPLICA_TOKEN,
  type Installation,
  type ReplicaPod,
} from './install-world.js';
import { startPodEnvoy, type PodEnvoy } from './pod-envoy.js';
import { SERVER_NAME, tokenOf } from './security-world.js';

jest.setTimeout(180_000);

const USER = `system:serviceaccount:${NAMESPACE}:windlass`;
const CA_SECRET = `/api/v1/namespaces/${NAMESPACE}/secrets/windlass-xds-ca`;
const SERVICE = '/api/v1/namespaces/shop/services/edge-windlass';

let cluster: Installation;
let pod: ReplicaPod;
let controller: Controller;
let envoy: PodEnvoy | undefined;
let ports: Ports;

beforeAll(async () => {
  const imports = parse(readFileSync('schemas/multicluster/serviceimports.yaml', 'utf8')) as Crd;
  cluster = await installChart([imports, POD_MONITORS]);
  pod = {
    ...{ name: 'windlass-7d9f-a', address: '127.0.0.2' },
    ...{ xdsPort: await unusedPort(), replicaPort: await unusedPort() },
  };
  ports = {
    http: await unusedPort(),
    https: await unusedPort(),
    tls: await unusedPort(),
    tcp: await unusedPort(),
    udp: await unusedPort(),
    set: await unusedPort(),
  };
  const ca = await createAuthority();
  await cluster.put('{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }');
  await cluster.put(objects(ports, ca.certificate, await ca.issue('g.example', 'ecdsa')));
  controller = await cluster.start(pod);
  await controller.ready();
}, 900_000);

afterAll(async () => {
  await envoy?.stop();
  await controller.dispose();
  await cluster.dispose();
}, 60_000);

/** Of what is used: by verb and resource. */
const used = (): ReadonlySet<string> => audited(cluster.server.directory, USER).used;

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** The conditions at a path, as `Type=Status`; of what has parents or ancestors those of the first. */
async function conditions(path: string): Promise<readonly string[]> {
  const status = (await cluster.get(path))?.status as
    | {
        readonly conditions?: readonly Condition[];
        readonly parents?: readonly { readonly conditions: readonly Condition[] }[];
        readonly ancestors?: readonly { readonly conditions: readonly Condition[] }[];
      }
    | undefined;
  const all = status?.parents?.[0]?.conditions ?? status?.ancestors?.[0]?.conditions ?? status?.conditions;
  return (all ?? []).map(({ type, status: is }) => `${type}=${is}`);
}

const untilSaid = (path: string, said: string): Promise<boolean> =>
  until(
    `${path}: ${said}`,
    async () => {
      const is = await conditions(path);
      if (is.includes(said)) return true;
      throw new Error(is.join());
    },
    60_000,
    100,
  );

/** Whether there is an object of Gateway `spare` of the class. */
const isThere = async (path: string): Promise<boolean> => (await cluster.get(path)) !== undefined;
const untilThere = (path: string): Promise<true> =>
  until(`${path} is there`, async () => (await isThere(path)) || undefined, 30_000, 100);
const untilGone = (path: string): Promise<true> =>
  until(`${path} is gone`, async () => !(await isThere(path)) || undefined, 30_000, 100);

const ofShop = (group: string, plural: string, name: string): string =>
  `${group === 'v1' ? '/api' : '/apis'}/${group}/namespaces/shop/${plural}/${name}`;

describe('the installed control plane', () => {
  it('gives a Gateway what it needs, and everything its status', async () => {
    for (const [group, plural] of [
      ['v1', 'serviceaccounts'],
      ['v1', 'configmaps'],
      ['v1', 'services'],
      ['apps/v1', 'deployments'],
      ['policy/v1', 'poddisruptionbudgets'],
    ] as const)
      await untilThere(ofShop(group, plural, 'edge-windlass'));
    await cluster.setStatus(SERVICE, { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } });
    await cluster.setStatus('/api/v1/namespaces/shop/pods/picked', {
      podIP: '198.18.0.21',
      conditions: [{ type: 'Ready', status: 'True' }],
    });
    await untilSaid('/apis/gateway.networking.k8s.io/v1/gatewayclasses/windlass', 'Accepted=True');
    const authority = await until('the CA', () =>
      cluster.get(`/api/v1/namespaces/${NAMESPACE}/configmaps/windlass-xds-ca`),
    );
    envoy = await startPodEnvoy({
      ...{ fleet: 'shop/edge', pod: 'shop/edge-1', serverName: SERVER_NAME },
      ...{ xdsHost: pod.address, xdsPort: pod.xdsPort, ca: authority.data?.['ca.crt'] ?? '' },
      token: await tokenOf(cluster.admin, 'shop', 'edge-windlass'),
    });
    await untilSaid(EDGE, 'Programmed=True');
    expect((await cluster.get(EDGE))?.status).toMatchObject({
      addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
    });
    for (const { path } of CHANGES) await untilSaid(path, 'Accepted=True');
    expect(await conditions(CHANGES.find(({ resource }) => resource === 'httproutes')?.path ?? '')).toContain(
      'ResolvedRefs=True',
    );
  });

  it('says what a user must notice by events, and counts what happens again', async () => {
    const route = CHANGES.find(({ resource }) => resource === 'tcproutes')?.path ?? '';
    for (const name of ['none', 'web', 'none']) {
      await cluster.replace(route, '/spec/rules/0/backendRefs/0/name', name);
      await untilSaid(route, `ResolvedRefs=${name === 'web' ? 'True' : 'False'}`);
    }
    const found = await until(
      'the event is counted',
      async () => {
        const { items } = (await cluster.admin.call({
          path: '/apis/events.k8s.io/v1/namespaces/shop/events',
        })) as {
          readonly items: readonly {
            readonly reason: string;
            readonly regarding: { readonly name: string };
            readonly series?: { readonly count: number };
          }[];
        };
        return items.find(({ regarding, series }) => regarding.name === 'tcproute' && series?.count === 2);
      },
      30_000,
      200,
    );
    expect(found.reason).toBe('BackendNotFound');
    await cluster.replace(route, '/spec/rules/0/backendRefs/0/name', 'web');
  });

  it('follows GatewayParameters: what runs the Envoys, and how many, and what is wanted no more', async () => {
    const other = (path: string): string => path.replace(/spare-windlass$/, 'spare-second');
    const deployment = ofShop('apps/v1', 'deployments', 'spare-windlass');
    const daemonSet = ofShop('apps/v1', 'daemonsets', 'spare-windlass');
    const autoscaler = ofShop('autoscaling/v2', 'horizontalpodautoscalers', 'spare-windlass');
    const monitor = ofShop('monitoring.coreos.com/v1', 'podmonitors', 'spare-windlass');
    const budget = ofShop('policy/v1', 'poddisruptionbudgets', 'spare-windlass');
    await cluster.setStatus('/api/v1/nodes/node-1', {
      addresses: [{ type: 'ExternalIP', address: '203.0.113.9' }],
    });
    const rest = 'service: { type: NodePort }, podMonitor: { enabled: true }';
    await cluster.put(parameters(`{ kind: DaemonSet, ${rest} }`));
    await cluster.put(spare('windlass'));
    for (const path of [daemonSet, monitor, budget]) await untilThere(path);
    await cluster.put(
      parameters(
        `{ kind: Deployment, service: { type: NodePort }, autoscaling: { minReplicas: 2, maxReplicas: 3 } }`,
      ),
    );
    for (const path of [deployment, autoscaler]) await untilThere(path);
    for (const path of [daemonSet, monitor]) await untilGone(path);
    await cluster.put(
      parameters('{ kind: DaemonSet, service: { type: NodePort }, podDisruptionBudget: { enabled: false } }'),
    );
    await untilThere(daemonSet);
    for (const path of [deployment, autoscaler, budget]) await untilGone(path);
    // Names tell the class: with another one all is made anew, and the old goes.
    await cluster.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: second }
spec: { controllerName: windlass.io/gateway-controller }`);
    await cluster.put(spare('second'));
    for (const path of [
      daemonSet,
      ofShop('v1', 'services', 'spare-windlass'),
      ofShop('v1', 'configmaps', 'spare-windlass'),
      ofShop('v1', 'serviceaccounts', 'spare-windlass'),
    ]) {
      await untilThere(other(path));
      await untilGone(path);
    }
  });

  it('keeps its status true while others change what it is about', async () => {
    let turn = 0;
    for (const { resource, path, field, value } of CHANGES) {
      const group = path.split('/')[2] ?? '';
      // It reads anew only when somebody was faster.
      await until(
        `${resource} are read anew`,
        async () => {
          for (let each = 0; each < 10; each += 1) await cluster.replace(path, field, value((turn += 1)));
          return used().has(`get ${resource}.${group}`) || undefined;
        },
        60_000,
        0,
      );
      await until(
        `${path} tells of its generation`,
        async () => {
          const found = await cluster.get(path);
          const { generation } = found?.metadata as { readonly generation?: number };
          return JSON.stringify(found?.status).includes(`"observedGeneration":${generation},`) || undefined;
        },
        30_000,
        100,
      );
    }
  });

  it('begins anew where it ended, and renews a CA that will end soon', async () => {
    expect(await controller.end()).toBe(0);
    const deployment = ofShop('apps/v1', 'deployments', 'edge-windlass');
    const before = (await cluster.get(deployment))?.metadata.uid;
    const now = Date.now();
    const old = await createCa('ecdsa', {
      now: new Date(now - 3_600_000),
      notAfter: new Date(now + 600_000),
    });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    await cluster.replace(CA_SECRET, '/data/ca.crt', base64(old.certificate));
    await cluster.replace(CA_SECRET, '/data/ca.key', base64(old.key));
    await controller.dispose();
    controller = await cluster.start(pod);
    await controller.ready();
    await controller.event('leading', 60_000);
    const bundle = Buffer.from((await cluster.get(CA_SECRET))?.data?.['ca.crt'] ?? '', 'base64').toString();
    expect(bundle).toContain(old.certificate.trim());
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect((await cluster.get(deployment))?.metadata.uid).toBe(before);
  });

  it('was forbidden nothing, and used every right that it has', () => {
    const { forbidden, used: all } = audited(cluster.server.directory, USER);
    const allowed = granted(cluster.manifests);
    expect([...forbidden]).toEqual([]);
    expect([...all].filter((permission) => !allowed.has(permission))).toEqual([]);
    expect([...allowed].filter((permission) => !all.has(permission))).toEqual([]);
  });

  it('finds in its pod the token that it shows to other replicas', () => {
    expect(audienceAt(podSpecOf(manifest(cluster.manifests, 'Deployment')), REPLICA_TOKEN)).toBe(
      'windlass-replica',
    );
  });
});
