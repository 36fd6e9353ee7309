import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiError, createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import type { ObjectRef } from '../../src/resources/index.js';
import type {
  CurrentCondition,
  ListenerStatus,
  ObjectStatus,
  StatusWriterLimits,
} from '../../src/status/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { installGatewayApi } from '../cluster/gateway-api.js';
import { pathOf, statusReplica, type StatusReplica } from '../cluster/status-replica.js';
import { until } from '../harness/until.js';

jest.setTimeout(180_000);

const OURS = 'windlass.io/gateway-controller';
const THEIRS = 'example.com/other';
const GROUP = 'gateway.networking.k8s.io';

let server: ApiServer;
let client: ApiClient;
const replicas: StatusReplica[] = [];

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
  await installGatewayApi(client);
}, 900_000);

afterEach(async () => {
  for (const each of replicas.splice(0)) each.stop();
  const namespace = `/apis/${GROUP}/v1/namespaces/default`;
  for (const plural of ['httproutes', 'backendtlspolicies', 'gateways'])
    await client.call({ method: 'DELETE', path: `${namespace}/${plural}` });
});

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

type Current = ObjectStatus<CurrentCondition>;
type Json = Readonly<Record<string, unknown>>;
interface Stored {
  readonly metadata: { readonly resourceVersion: string; readonly generation: number };
  readonly status?: Json;
}

async function begin(limits: Partial<StatusWriterLimits> = {}): Promise<StatusReplica> {
  const made = await statusReplica(client, OURS, limits);
  replicas.push(made);
  return made;
}

const refTo = (kind: string, name: string, namespace = 'default'): ObjectRef => ({
  group: GROUP,
  kind,
  namespace,
  name,
});
const read = async (ref: ObjectRef): Promise<Stored> => (await client.call({ path: pathOf(ref) })) as Stored;
const statusOf = async (ref: ObjectRef): Promise<Json> => (await read(ref)).status ?? {};

async function create(ref: ObjectRef, spec: Json): Promise<void> {
  const path = pathOf(ref);
  const { name, namespace } = ref;
  const metadata = { name, ...(namespace !== '' && { namespace }) };
  const body = { apiVersion: `${GROUP}/v1`, kind: ref.kind, metadata, spec };
  await client.call({ method: 'POST', path: path.slice(0, path.lastIndexOf('/')), body });
}

/** As others do it: all of the status as it is, changed, on the version that was read; again when somebody was faster. */
async function change(ref: ObjectRef, changed: (status: Json) => Json): Promise<void> {
  for (;;) {
    const object = await read(ref);
    const body = { ...object, status: changed(object.status ?? {}) };
    try {
      await client.call({ method: 'PUT', path: `${pathOf(ref)}/status`, body });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
    }
  }
}

const condition = (type: string, status: 'True' | 'False', message = ''): CurrentCondition => ({
  ...{ type, status, reason: 'Because', message, observedGeneration: 1 },
});
const foreign = (type: string, message = 'theirs'): Json => ({
  ...condition(type, 'True', message),
  lastTransitionTime: '2020-02-02T02:02:02Z',
});
const listener = (name: string, attachedRoutes = 0): ListenerStatus<CurrentCondition> => ({
  ...{ name, attachedRoutes, supportedKinds: [{ group: GROUP, kind: 'HTTPRoute' }] },
  conditions: [condition('Accepted', 'True')],
});
const gateway = (name: string, conditions: readonly CurrentCondition[], attachedRoutes = 0): Current => ({
  kind: 'Gateway',
  ref: refTo('Gateway', name),
  status: {
    addresses: [],
    conditions,
    listeners: [listener('http', attachedRoutes)],
    attachedListenerSets: 0,
  },
});
const parentOf = (
  name: string,
): { readonly group: string; readonly kind: string; readonly name: string } => ({
  ...{ group: GROUP, kind: 'Gateway', name },
});
const route = (
  name: string,
  status: 'True' | 'False',
  message = '',
  ...parents: readonly string[]
): Current => ({
  kind: 'HTTPRoute',
  ref: refTo('HTTPRoute', name),
  status: {
    parents: parents.map((parent) => ({
      ...{ parentRef: parentOf(parent), controllerName: OURS },
      conditions: [condition('Accepted', status, message)],
    })),
  },
});
const GATEWAY_SPEC = {
  gatewayClassName: 'windlass',
  listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
};
const routeSpec = (...parents: readonly string[]): Json => ({
  parentRefs: parents.map((name) => ({ name })),
});
const theirEntry = (field: string, name: string, message = 'theirs'): Json => ({
  ...{ [field]: parentOf(name), controllerName: THEIRS, conditions: [foreign('Accepted', message)] },
});
const ofController = (status: Json, name: string, field = 'parents'): readonly Json[] =>
  ((status[field] ?? []) as readonly Json[]).filter(({ controllerName }) => controllerName === name);

const quiet = async ({ written }: StatusReplica): Promise<void> => {
  let before = written.length;
  let since = Date.now();
  await until('nothing is written any more', () => {
    if (written.length !== before) [before, since] = [written.length, Date.now()];
    return Date.now() - since > 2500 ? true : undefined;
  });
};

describe('the status of an object', () => {
  it('is written by the leader only, at once when a replica becomes the leader, and only where it differs', async () => {
    const ref = refTo('HTTPRoute', 'lead');
    await create(ref, routeSpec('gw'));
    const one = await begin();
    const two = await begin();
    for (const each of [one, two]) each.says(route('lead', 'True', 'first', 'gw'));
    await quiet(one);
    expect(await statusOf(ref)).toEqual({});
    one.writer.lead(true);
    const written = await until('it is written', async () => ofController(await statusOf(ref), OURS)[0]);
    expect(written).toMatchObject({
      parentRef: parentOf('gw'),
      conditions: [{ message: 'first', observedGeneration: 1 }],
    });
    await quiet(one);
    one.writer.lead(false);
    const before = await read(ref);
    two.writer.lead(true);
    await quiet(two);
    expect(two.written).toEqual([]);
    expect(await read(ref)).toEqual(before);
    two.says(route('lead', 'True', 'second', 'gw'));
    const next = await until('the new leader writes', async () => {
      const [entry] = ofController(await statusOf(ref), OURS);
      return JSON.stringify(entry).includes('second') ? entry : undefined;
    });
    const timeOf = (entry: Json | undefined): unknown =>
      (entry?.['conditions'] as readonly Json[])[0]?.['lastTransitionTime'];
    expect(timeOf(next)).toBe(timeOf(written));
    expect([one.written.length, two.written.length]).toEqual([1, 1]);
  });

  it('keeps the conditions of others on a Gateway, its listeners and its class', async () => {
    const ref = refTo('Gateway', 'shared');
    const classRef = refTo('GatewayClass', 'windlass', '');
    await create(ref, GATEWAY_SPEC);
    await create(classRef, { controllerName: OURS });
    const theirs = [foreign('example.com/Scanned'), foreign('Ready')];
    await change(ref, (status) => ({
      ...status,
      conditions: [theirs[0], ...(status['conditions'] as readonly Json[]), theirs[1]],
      listeners: [{ ...listener('http'), conditions: [foreign('example.com/Audited')] }],
    }));
    await change(classRef, (status) => ({
      ...status,
      conditions: [...(status['conditions'] as readonly Json[]), foreign('example.com/Seen')],
    }));
    const leader = await begin();
    leader.writer.lead(true);
    leader.says(gateway('shared', [condition('Accepted', 'True'), condition('Programmed', 'False')]), {
      kind: 'GatewayClass',
      ref: classRef,
      status: { conditions: [condition('Accepted', 'True')], supportedFeatures: [{ name: 'Gateway' }] },
    });
    await until('both are written', () => (leader.written.length >= 2 ? true : undefined));
    await quiet(leader);
    const conditions = async (of: ObjectRef): Promise<readonly Json[]> =>
      (await statusOf(of))['conditions'] as readonly Json[];
    const types = (all: readonly Json[]): unknown =>
      all.map(({ type, status }) => `${String(type)} ${String(status)}`);
    expect(types(await conditions(ref))).toEqual([
      'example.com/Scanned True',
      'Accepted True',
      'Programmed False',
      'Ready True',
    ]);
    expect(await conditions(ref)).toEqual(expect.arrayContaining(theirs));
    expect(await conditions(classRef)).toContainEqual(foreign('example.com/Seen'));
    const [written] = (await statusOf(ref))['listeners'] as readonly Json[];
    expect(written?.['conditions']).toContainEqual(foreign('example.com/Audited'));
    expect(written?.['conditions']).toContainEqual(expect.objectContaining({ type: 'Accepted' }));
    // A condition of ours that no longer holds goes, theirs do not.
    leader.says(gateway('shared', [condition('Accepted', 'False')]));
    await until('it is gone', async () =>
      JSON.stringify(await conditions(ref)).includes('Programmed') ? undefined : true,
    );
    expect(types(await conditions(ref))).toEqual([
      'example.com/Scanned True',
      'Accepted False',
      'Ready True',
    ]);
    expect(await conditions(ref)).toEqual(expect.arrayContaining(theirs));
  });

  it('keeps the parents and ancestors of others, and ours go when they no longer apply', async () => {
    const ref = refTo('HTTPRoute', 'entries');
    const policy = refTo('BackendTLSPolicy', 'entries');
    await create(ref, routeSpec('a', 'b'));
    await create(policy, {
      targetRefs: [{ group: '', kind: 'Service', name: 'x' }],
      validation: { hostname: 'example.com', wellKnownCACertificates: 'System' },
    });
    const [first, last] = [theirEntry('parentRef', 'a', 'first'), theirEntry('parentRef', 'b', 'last')];
    const stale = { ...theirEntry('parentRef', 'old'), controllerName: OURS };
    await change(ref, () => ({ parents: [first, stale, last] }));
    await change(policy, () => ({ ancestors: [theirEntry('ancestorRef', 'a')] }));
    const leader = await begin();
    leader.writer.lead(true);
    leader.says(route('entries', 'True', '', 'a', 'b'), {
      kind: 'BackendTLSPolicy',
      ref: policy,
      // As it may be written: without what the server adds.
      status: {
        ancestors: [
          { ancestorRef: { name: 'a' }, controllerName: OURS, conditions: [condition('Accepted', 'True')] },
        ],
      },
    });
    await quiet(leader);
    const parents = (await statusOf(ref))['parents'] as readonly Json[];
    expect(parents.slice(0, 2)).toEqual([first, last]);
    expect(ofController({ parents }, OURS).map(({ parentRef }) => parentRef)).toEqual([
      parentOf('a'),
      parentOf('b'),
    ]);
    const ancestors = (await statusOf(policy))['ancestors'] as readonly Json[];
    expect(ancestors).toEqual([
      theirEntry('ancestorRef', 'a'),
      expect.objectContaining({ controllerName: OURS, ancestorRef: parentOf('a') }),
    ]);
    expect(leader.written).toHaveLength(2);
    leader.says(route('entries', 'True', '', 'b'));
    await until('one goes', async () =>
      ofController(await statusOf(ref), OURS).length === 1 ? true : undefined,
    );
    leader.forgets(ref);
    await until('all go', async () =>
      ofController(await statusOf(ref), OURS).length === 0 ? true : undefined,
    );
    expect(await statusOf(ref)).toEqual({ parents: [first, last] });
  });

  it('loses what an earlier leader said of a route that is no longer ours', async () => {
    const ref = refTo('HTTPRoute', 'left');
    await create(ref, routeSpec('elsewhere'));
    const theirs = theirEntry('parentRef', 'elsewhere');
    await change(ref, () => ({
      parents: [{ ...theirEntry('parentRef', 'gw'), controllerName: OURS }, theirs],
    }));
    const leader = await begin({ strayMs: 200 });
    leader.says();
    leader.writer.lead(true);
    await until('ours is gone', async () =>
      ofController(await statusOf(ref), OURS).length === 0 ? true : undefined,
    );
    expect(await statusOf(ref)).toEqual({ parents: [theirs] });
    await quiet(leader);
    expect(leader.written).toHaveLength(1);
  });

  it('adds nothing to a list that others have filled, and says what there is room for', async () => {
    const ref = refTo('BackendTLSPolicy', 'full');
    await create(ref, {
      targetRefs: [{ group: '', kind: 'Service', name: 'x' }],
      validation: { hostname: 'example.com', wellKnownCACertificates: 'System' },
    });
    const others = Array.from({ length: 15 }, (_, i) => theirEntry('ancestorRef', `gw-${i}`));
    await change(ref, () => ({ ancestors: others }));
    const leader = await begin();
    leader.writer.lead(true);
    const ancestor = (name: string) => ({
      ancestorRef: parentOf(name),
      controllerName: OURS,
      conditions: [condition('Accepted', 'True')],
    });
    leader.says({ kind: 'BackendTLSPolicy', ref, status: { ancestors: [ancestor('a'), ancestor('b')] } });
    await until('one is there', async () =>
      ofController(await statusOf(ref), OURS, 'ancestors').length === 1 ? true : undefined,
    );
    await quiet(leader);
    expect(leader.written).toHaveLength(1);
    expect(((await statusOf(ref))['ancestors'] as readonly Json[]).slice(0, 15)).toEqual(others);
  });
});

describe('an outage of the API server', () => {
  it('delays what changes meanwhile, and costs no more than the writes it takes', async () => {
    const ref = refTo('HTTPRoute', 'outage');
    await create(ref, routeSpec('gw'));
    const leader = await begin();
    leader.writer.lead(true);
    leader.says(route('outage', 'True', 'before', 'gw'));
    await until('it is written', async () => ofController(await statusOf(ref), OURS)[0]);
    await server.stop();
    for (let i = 0; i < 20; i += 1) {
      leader.says(route('outage', 'False', `during ${i}`, 'gw'));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await server.start();
    await until(
      'the newest is written',
      async () => (JSON.stringify(await statusOf(ref)).includes('during 19') ? true : undefined),
      60_000,
    );
    await quiet(leader);
    expect(ofController(await statusOf(ref), OURS)).toHaveLength(1);
    expect(leader.written.length).toBeLessThan(40);
  });
});

describe('two controllers that write into one list', () => {
  it('both keep what is theirs, however fast the other is', async () => {
    const ref = refTo('HTTPRoute', 'fought');
    await create(ref, routeSpec('gw'));
    const leader = await begin({ intervalMs: 20, firstWaitMs: 5 });
    leader.writer.lead(true);
    const rival = async (): Promise<void> => {
      for (let i = 0; i < 200; i += 1) {
        await change(ref, (status) => ({
          parents: [
            ...((status['parents'] ?? []) as readonly Json[]).filter(
              (entry) => entry['controllerName'] !== THEIRS,
            ),
            theirEntry('parentRef', 'gw', `round ${i}`),
          ],
        }));
      }
    };
    const done = rival();
    for (let i = 0; i < 60; i += 1) {
      leader.says(route('fought', i % 2 === 0 ? 'True' : 'False', `turn ${i}`, 'gw'));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await done;
    await until('ours is the newest', async () =>
      JSON.stringify(await statusOf(ref)).includes('turn 59') ? true : undefined,
    );
    const { parents } = await statusOf(ref);
    expect(parents).toHaveLength(2);
    expect(ofController({ parents }, THEIRS)).toEqual([theirEntry('parentRef', 'gw', 'round 199')]);
    expect(ofController({ parents }, OURS)).toMatchObject([
      { conditions: [{ status: 'False', message: 'turn 59' }] },
    ]);
  });

  it('ours comes back when another writes the list without looking', async () => {
    const ref = refTo('HTTPRoute', 'clobbered');
    await create(ref, routeSpec('gw'));
    const leader = await begin();
    leader.writer.lead(true);
    leader.says(route('clobbered', 'True', '', 'gw'));
    await until('ours is there', async () => ofController(await statusOf(ref), OURS)[0]);
    for (let i = 0; i < 3; i += 1) {
      await change(ref, () => ({ parents: [theirEntry('parentRef', 'gw', `${i}`)] }));
      await until('ours is back', async () => ofController(await statusOf(ref), OURS)[0]);
    }
    await quiet(leader);
    expect((await statusOf(ref))['parents']).toEqual([
      theirEntry('parentRef', 'gw', '2'),
      expect.objectContaining({ controllerName: OURS }),
    ]);
    expect(leader.written.length).toBeLessThan(12);
  });
});

describe('a thousand routes', () => {
  it('that attach to a Gateway are one write each, and a handful of the Gateway', async () => {
    const COUNT = 1000;
    const ref = refTo('Gateway', 'busy');
    await create(ref, GATEWAY_SPEC);
    const leader = await begin();
    leader.writer.lead(true);
    for (let i = 0; i < COUNT; i += 20) {
      const names = Array.from({ length: 20 }, (_, j) => `busy-${i + j}`);
      await Promise.all(names.map((name) => create(refTo('HTTPRoute', name), routeSpec('busy'))));
      // Each is a change of its own for the model, and of the Gateway's count.
      for (const [j, name] of names.entries()) {
        await until('it is known', () => leader.known(refTo('HTTPRoute', name)));
        leader.says(
          route(name, 'True', '', 'busy'),
          gateway('busy', [condition('Accepted', 'True')], i + j + 1),
        );
      }
    }
    await until(
      'all is written',
      async () =>
        JSON.stringify(await statusOf(ref)).includes(`"attachedRoutes":${COUNT}`) ? true : undefined,
      60_000,
    );
    await quiet(leader);
    const gateways = leader.written.filter((path) => path.includes('/gateways/'));
    // At first, and then after ever longer intervals; the clock has a say in it, but little.
    expect(gateways.length).toBeLessThan(16);
    expect(leader.written.length - gateways.length).toBe(COUNT);
    // A later change of one of them is one write.
    const before = leader.written.length;
    leader.says(route('busy-7', 'False', 'changed', 'busy'));
    await quiet(leader);
    expect(leader.written.slice(before)).toEqual([`${pathOf(refTo('HTTPRoute', 'busy-7'))}/status`]);
  });
});
