// Objects that a hostile or careless user of a cluster could write, as far as the API server takes them. What shows that they do no harm is a healthy
// Gateway in another namespace: a change to its route is still served and its status written within seconds.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiError } from '../../src/kubernetes/index.js';
import { Controller } from '../cluster/controller.js';
import { crds, install, type Crd } from '../cluster/gateway-api.js';
import { until } from '../harness/until.js';
import {
  createService,
  isAccepted,
  leads,
  metric,
  pathOf,
  startWorld,
  type Condition,
  type Found,
  type Manifest,
  type World,
} from './controller-world.js';
import * as hostile from './hostile-objects.js';

jest.setTimeout(300_000);

const { HOSTILE } = hostile;
/** From the change of the canary until it is in the fleet's configuration and its status on the server: a person would not notice. */
const CANARY_MS = 10_000;
/**
 * A probe of the kubelet waits one second, and three of them, ten seconds apart, have to fail before it acts: a stall this long can cost one. The Lease has a
 * thread of its own. Here, an API server that checks the same objects wants the same processors.
 */
const DELAY_SECONDS = 3;
/** The chart's limit: beyond it the process would be killed. */
const MEMORY_BYTES = 1024 ** 3;

let world: World;
let controller: Controller;

beforeAll(async () => {
  world = await startWorld('experimental');
  for (const name of ['healthy', HOSTILE]) await world.create({ kind: 'Namespace', metadata: { name } });
  const spec = { gatewayClassName: 'windlass', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] };
  await world.create({ kind: 'Gateway', metadata: { name: 'gw', namespace: 'healthy' }, spec });
  await createService(world, 'healthy', 'web');
  await world.create({
    kind: 'HTTPRoute',
    metadata: { name: 'canary', namespace: 'healthy' },
    spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  });
  await world.create(hostile.gateway('gw'));
  controller = new Controller(world.server.kubeconfig);
  await controller.ready();
  await leads(controller);
  await canaryIsServed('at the beginning');
  await metric(controller, 'windlass_event_loop_delay_seconds');
}, 900_000);

afterAll(async () => {
  await controller.dispose();
  await world.dispose();
}, 60_000);

/** Creates them all; returns what the API server said of those it refused, which is its right. */
async function create(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const refused: string[] = [];
  const queue = manifests.values();
  const worker = async (): Promise<void> => {
    for (const manifest of queue) {
      try {
        await world.create(manifest);
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 422 && error.status !== 400)) throw error;
        refused.push(error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return refused;
}

let changes = 0;

/** Changes the canary and waits for both of what its owner would see. */
async function canaryIsServed(after: string): Promise<void> {
  changes += 1;
  const host = `canary-${changes}.example`;
  await world.patch('HTTPRoute', 'healthy', 'canary', { spec: { hostnames: [host] } });
  const served = async (): Promise<true | undefined> =>
    (await controller.debug('/config?fleet=healthy/gw')).includes(host) || undefined;
  const written = async (): Promise<true | undefined> =>
    isAccepted(await world.get('HTTPRoute', 'healthy', 'canary')) || undefined;
  await Promise.all([
    until(`the canary is served ${after}`, served, CANARY_MS, 100),
    until(`the canary has its status ${after}`, written, CANARY_MS, 100),
  ]);
}

/** That nothing stalled since the last look, and nothing grew without bound. */
async function isUnharmed(after: string): Promise<void> {
  const peak = peakMemory(controller.pid);
  const delay = await metric(controller, 'windlass_event_loop_delay_seconds', { quantile: '1' });
  await canaryIsServed(after);
  process.stdout.write(
    `${after}: loop late by ${delay} s at most, peak memory ${Math.round(peak / 1024 ** 2)} MiB\n`,
  );
  expect(await controller.health('/healthz')).toBe(200);
  expect(await controller.health('/readyz')).toBe(200);
  const errors = controller.log.filter(({ level }) => level === 'error');
  // Of the offenders it may speak, and of nothing else.
  expect(errors.filter((event) => !JSON.stringify(event).includes(`${HOSTILE}/`))).toEqual([]);
  expect(delay).toBeLessThan(DELAY_SECONDS);
  expect(peak).toBeLessThan(MEMORY_BYTES);
}

/** Bytes. Source: proc(5). */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Waits for a condition on an object's own status or for its first parent. */
async function condition(
  kind: string,
  name: string,
  type: string,
  wanted: Partial<Condition>,
): Promise<Condition> {
  let seen: Found | undefined;
  return await until(
    `${type} of ${kind} ${name}`,
    async () => {
      seen = await world.get(kind, HOSTILE, name);
      const { conditions, parents } = seen.status ?? {};
      const found = [...(conditions ?? []), ...(parents ?? []).flatMap((parent) => parent.conditions)];
      return found.find(
        (each) =>
          each.type === type && Object.entries(wanted).every(([k, v]) => each[k as keyof Condition] === v),
      );
    },
    30_000,
    200,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(seen?.status)}`);
  });
}

describe('what the schema allows', () => {
  it('annotations of 256 KiB, names of 253 characters, control characters in values', async () => {
    // A header's value it checks itself, which the filter of old CRDs does not.
    const refused = await create(hostile.huge());
    expect(refused.filter((message) => !message.includes('control-characters'))).toEqual([]);
    await isUnharmed('huge annotations');
    await condition('HTTPRoute', 'annotated', 'Accepted', { status: 'True' });
    await condition('HTTPRoute', `${'n'.repeat(252)}x`, 'Accepted', { status: 'True' });
    await condition('Gateway', `${'n'.repeat(252)}x`, 'Accepted', { status: 'True' });
  });

  it('regular expressions that are deep, exponential or none', async () => {
    await create(hostile.expressions());
    await isUnharmed('regular expressions');
    const { message } = await condition('HTTPRoute', 'header-12', 'Accepted', { status: 'False' });
    expect(message).toContain('(?=');
  });

  it('thousands of listeners over many sets, half of which want the same', async () => {
    expect(await create(hostile.listeners())).toEqual([]);
    await isUnharmed('listeners');
    await condition('ListenerSet', 'same-3', 'Accepted', { status: 'False' });
    await isUnharmed('listeners, afterwards');
  });

  it('references that lead back to where they began', async () => {
    await create(hostile.cycles());
    await isUnharmed('cycles');
    await condition('HTTPRoute', 'cycle', 'ResolvedRefs', { status: 'False' });
  });

  it('slices with a thousand endpoints and Secrets of nonsense', async () => {
    await create(hostile.bulk());
    await isUnharmed('bulk');
    await condition('HTTPRoute', 'bulk', 'Accepted', { status: 'True' });
    const { status } = await until('the listeners say so', async () => {
      const found = await world.get('Gateway', HOSTILE, 'nonsense');
      return found.status?.listeners?.length === 4 ? found : undefined;
    });
    expect(JSON.stringify(status?.listeners).match(/InvalidCertificateRef/g)?.length).toBeGreaterThanOrEqual(
      4,
    );
  });

  it('parameters whose patches break what they patch', async () => {
    await create(hostile.patches());
    await isUnharmed('patches');
    await condition('Gateway', 'patch-1', 'Programmed', { status: 'False' });
    expect((await world.get('Gateway', HOSTILE, 'patch-3')).status?.conditions).toBeDefined();
  });
});

describe('what an administrator has let in by CRDs that check nothing', () => {
  beforeAll(async () => {
    await install(world.client, [...relaxed()]);
    await canaryIsServed('with other CRDs');
  }, 120_000);

  it('fields of the wrong type, unknown values and null, in every place', async () => {
    const manifests = hostile.nonsense();
    expect(manifests.length).toBeGreaterThan(1000);
    // With nothing checked, the API server takes nearly all: some versions are converted by no schema at all.
    expect((await create(manifests)).length).toBeLessThan(manifests.length / 10);
    await isUnharmed('nonsense');
    const { refused } = (await controller.json('/cluster')) as {
      readonly refused: readonly { readonly object: string; readonly faults: readonly unknown[] }[];
    };
    expect(refused.length).toBeGreaterThan(500);
    expect(refused.every(({ faults }) => faults.length > 0)).toBe(true);
  });

  it('statuses that no controller would write', async () => {
    for (const [index, status] of hostile.STATUSES.entries()) {
      for (const kind of ['HTTPRoute', 'Gateway', 'BackendTLSPolicy']) {
        const name = { HTTPRoute: 'bulk', Gateway: 'gw', BackendTLSPolicy: 'cycle-a' }[kind] ?? '';
        const path = `${pathOf(kind, HOSTILE)}/${name}/status`;
        const contentType = 'application/merge-patch+json';
        await world.client.call({ method: 'PATCH', path, body: { status }, contentType });
      }
      await canaryIsServed(`with status ${index}`);
    }
    await isUnharmed('statuses');
    await condition('HTTPRoute', 'bulk', 'Accepted', { status: 'True' });
  });

  it('a bundle that calls itself something else', async () => {
    for (const version of ['v0.0.1', 'nonsense', 'x'.repeat(100_000), '']) {
      const named = relaxed().map((crd) => ({
        ...crd,
        metadata: {
          ...crd.metadata,
          annotations: { ...crd.metadata.annotations, 'gateway.networking.k8s.io/bundle-version': version },
        },
      }));
      await install(world.client, named);
      await isUnharmed(`bundle ${version.slice(0, 20)}`);
    }
  });

  it('is got rid of like anything else', async () => {
    for (const kind of ['HTTPRoute', 'ListenerSet', 'Gateway', 'GatewayParameters', 'EndpointSlice'])
      await world.client.call({ method: 'DELETE', path: pathOf(kind, HOSTILE) });
    await until('nothing of it is served', async () => {
      const fleets = Object.keys((await controller.json('/config')) as object);
      return fleets.every((fleet) => fleet === 'healthy/gw') || undefined;
    });
    await isUnharmed('removal');
  });
});

/** The CRDs of the experimental channel with schemas that take everything. */
function relaxed(): readonly Crd[] {
  const openAPIV3Schema = {
    type: 'object',
    properties: {
      spec: { 'x-kubernetes-preserve-unknown-fields': true },
      status: { 'x-kubernetes-preserve-unknown-fields': true },
    },
    'x-kubernetes-preserve-unknown-fields': true,
  };
  return [...crds('experimental').values()].map((crd) => ({
    ...crd,
    spec: {
      ...crd.spec,
      versions: crd.spec.versions.map((version) => ({ ...version, schema: { openAPIV3Schema } })),
    },
  }));
}
