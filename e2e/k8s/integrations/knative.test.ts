// What Knative’s net-gateway-api writes, and how it finds out that a revision is served: told by its sources, as the Go proxy has no version of its modules.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask, startLoad, type Answer } from '../../harness/request.js';
import { until } from '../../harness/until.js';
import { runBackend } from '../backend.js';
import { World } from '../world.js';
import { endpointsOf } from './endpoints.js';

jest.setTimeout(240_000);

const HOST = 'hello.default.example.com';
const REVISIONS = 12;

let world: World;
let address: string;

beforeAll(async () => {
  world = await World.open('knative');
  for (const name of ['hello-1', 'hello-2']) await runBackend(world, name, { replicas: 1 });
  address = await world.gateway('edge', '[{name: http, port: 80, protocol: HTTP}]');
});

afterAll(() => world.close());

describe('a route as Knative writes it', () => {
  it('is confirmed by the probe at every Envoy, revision after revision under load, and no request fails', async () => {
    await world.put(route(0));
    await confirmed(0);
    const load = startLoad({ address, port: 80, host: HOST }, { limitMs: 200_000 });
    for (let revision = 1; revision <= REVISIONS; revision += 1) {
      await world.put(route(revision));
      await confirmed(revision);
      // What the probe has confirmed holds for requests that are no probes: the header of the backend that was chosen.
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => ask({ address, port: 80, host: HOST })),
      );
      expect(new Set(answers.map(revisionOf))).toEqual(new Set([`hello-${revision}`]));
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(500);
  });

  it('shares requests by weight, and tells each backend its own name', async () => {
    await world.put(route(20, 30));
    await confirmed(20);
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => ask({ address, port: 80, host: HOST })),
    );
    expect(new Set(answers.map(revisionOf))).toEqual(new Set(['hello-20', 'hello-old']));
    const old = answers.filter((answer) => revisionOf(answer) === 'hello-old').length;
    expect(old / answers.length).toBeGreaterThan(0.2);
    expect(old / answers.length).toBeLessThan(0.4);
  });
});

/**
 * A revision by the header of its backend; the first rule answers probes, and says which state of the route it is. Backends take turns.
 * @param old share of the requests for the backend of before
 */
function route(revision: number, old = 0): string {
  const header = (name: string, value: string): object => ({
    type: 'RequestHeaderModifier',
    requestHeaderModifier: { set: [{ name, value }] },
  });
  const path = { type: 'PathPrefix', value: '/' };
  const to = (name: string, weight: number, of: string): object => ({
    group: '',
    kind: 'Service',
    name,
    port: 80,
    weight,
    filters: [header('Knative-Serving-Revision', of)],
  });
  const names = revision % 2 === 0 ? (['hello-1', 'hello-2'] as const) : (['hello-2', 'hello-1'] as const);
  const backendRefs = [to(names[0], 100 - old, `hello-${revision}`), to(names[1], old, 'hello-old')];
  const probe = { type: 'Exact', name: 'K-Network-Hash', value: 'override' };
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: HOST },
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
      hostnames: [HOST],
      rules: [
        {
          matches: [{ path, headers: [probe] }],
          filters: [header('K-Network-Hash', String(revision))],
          backendRefs,
        },
        { matches: [{ path }], backendRefs },
      ],
    },
  });
}

/** Asks every endpoint of the Gateway's Service, as Knative does. */
async function confirmed(revision: number): Promise<void> {
  const endpoints = await endpointsOf(world, 'edge');
  const headers = [['K-Network-Hash', 'override']] as const;
  for (const endpoint of endpoints)
    await until(`revision ${revision} at ${endpoint.address}`, async () => {
      const answer = await ask({ ...endpoint, host: HOST, headers });
      return seenOf(answer)['k-network-hash'] === String(revision) || undefined;
    });
}

/** The headers that a backend saw. */
function seenOf({ status, body }: Answer): Readonly<Record<string, string>> {
  if (status !== 200) throw new Error(`${status} ${body}`);
  return (JSON.parse(body) as { readonly headers: Readonly<Record<string, string>> }).headers;
}

function revisionOf(answer: Answer): string {
  return seenOf(answer)['knative-serving-revision'] ?? 'none';
}
