import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { runBackend } from './backend.js';
import { answered, failed, podOf, watch } from './requests.js';
import { World, type Found } from './world.js';

// Two Gateways whose names are as long as names may be, and differ in the last letter: what is made for them cannot have these names, and must not be confused.

jest.setTimeout(300_000);

const LONGEST = 253;
const nameEndingIn = (letter: string): string => `${'edge-'.repeat(60).slice(0, LONGEST - 1)}${letter}`;
/** Each with a backend of its own, which has the last letter for a name. */
const TWINS = ['a', 'b'] as const;
type Twin = (typeof TWINS)[number];

let world: World;
let addresses: Readonly<Record<Twin, string>>;

beforeAll(async () => {
  world = await World.open('twins');
  await Promise.all(TWINS.map((twin) => runBackend(world, `backend-${twin}`, { replicas: 1 })));
  const [a, b] = await Promise.all(
    TWINS.map(async (twin) => {
      const name = nameEndingIn(twin);
      await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: all-${twin} }
spec:
  parentRefs: [{ name: ${name} }]
  rules: [{ backendRefs: [{ name: backend-${twin}, port: 80 }] }]
`);
      return await world.gateway(name, '[{ name: http, port: 80, protocol: HTTP }]');
    }),
  );
  addresses = { a: a ?? '', b: b ?? '' };
});

afterAll(async () => {
  await world.close();
});

const what = (twin: Twin, path = '/'): Ask => ({
  address: addresses[twin],
  port: 80,
  host: 'any.test',
  path,
});

/** What was made of a kind for a Gateway. */
async function madeFor(kind: string, twin: Twin): Promise<readonly Found[]> {
  const fleet = `${world.namespace}/${nameEndingIn(twin)}`;
  const all = await world.list(kind, 'app.kubernetes.io/managed-by=windlass');
  return all.filter(
    ({ metadata }) =>
      metadata.annotations?.['windlass.io/gateway'] === fleet && metadata.deletionTimestamp === undefined,
  );
}

const namesOf = (found: readonly Found[]): readonly string[] => found.map(({ metadata }) => metadata.name);

describe('Gateways with the longest names that there are, which differ in the last letter', () => {
  it('have one each of all that a Gateway has, under names of their own', async () => {
    expect(nameEndingIn('a')).toHaveLength(LONGEST);
    for (const kind of ['ServiceAccount', 'ConfigMap', 'Service', 'Deployment', 'PodDisruptionBudget']) {
      const [ofA, ofB] = await Promise.all(TWINS.map(async (twin) => namesOf(await madeFor(kind, twin))));
      expect({ kind, a: ofA?.length, b: ofB?.length }).toEqual({ kind, a: 1, b: 1 });
      expect(ofA).not.toEqual(ofB);
    }
  });

  it('have addresses of their own, and Services that select their own pods only', async () => {
    expect(addresses.a).not.toBe(addresses.b);
    for (const twin of TWINS) {
      const [service] = await madeFor('Service', twin);
      const pods = await until(`pods of ${twin} are behind its Service`, async () => {
        const slices = await world.list(
          'EndpointSlice',
          `kubernetes.io/service-name=${service?.metadata.name}`,
        );
        const behind = slices.flatMap(
          (slice) =>
            (slice as unknown as { endpoints?: readonly { targetRef?: { name: string } }[] }).endpoints ?? [],
        );
        const names = behind.map(({ targetRef }) => targetRef?.name ?? '');
        const own = namesOf(await madeFor('Pod', twin));
        if (own.length === 2 && JSON.stringify(names.toSorted()) === JSON.stringify(own.toSorted()))
          return own;
        throw new Error(`${names.join(' ')}, and its own are ${own.join(' ')}`);
      });
      expect(pods).toHaveLength(2);
    }
  });

  it('each serve their own routes only', async () => {
    for (const twin of TWINS) {
      await answered(what(twin), 200);
      for (let i = 0; i < 20; i += 1)
        expect(podOf(await ask(what(twin)))).toMatch(new RegExp(`^backend-${twin}-`));
    }
  });

  it('are followed one by one: a route of one changes nothing at the other', async () => {
    const other = watch(what('b', '/new'), (answer) =>
      podOf(answer).startsWith('backend-b-') ? undefined : podOf(answer),
    );
    await world.patch('HTTPRoute', 'all-a', {
      spec: { rules: [{ backendRefs: [{ name: 'backend-b', port: 80 }] }] },
    });
    await answered(what('a', '/new'), (answer) => podOf(answer).startsWith('backend-b-'));
    await world.patch('HTTPRoute', 'all-a', {
      spec: { rules: [{ backendRefs: [{ name: 'backend-a', port: 80 }] }] },
    });
    await answered(what('a', '/new'), (answer) => podOf(answer).startsWith('backend-a-'));
    await other.end();
  });

  it('leave the other with all it has when they are deleted', async () => {
    const before = namesOf(await madeFor('Pod', 'b'));
    const other = watch(what('b'), failed);
    const name = nameEndingIn('a');
    await world.remove('Gateway', name);
    await world.gone('Gateway', name);
    for (const kind of ['Service', 'Deployment', 'ServiceAccount', 'ConfigMap'])
      await until(
        `every ${kind} of the deleted one is gone`,
        async () => ((await madeFor(kind, 'a')).length === 0 ? true : undefined),
        60_000,
      );
    for (let i = 0; i < 20; i += 1) expect((await ask(what('b'))).status).toBe(200);
    await other.end();
    expect(namesOf(await madeFor('Pod', 'b'))).toEqual(before);
    await world.condition('Gateway', nameEndingIn('b'), 'Programmed');
    await expect(ask(what('a'))).rejects.toThrow();
  });
});
