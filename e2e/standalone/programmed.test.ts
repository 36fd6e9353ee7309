import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { type Condition, Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let address: string;

const route = (value: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [shop.example]
  rules:
    - filters:
        - { type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-edit, value: "${value}" }] } }
      backendRefs: [{ name: only, port: 80 }]
`;

beforeAll(async () => {
  backend = await startBackend('only');
  windlass = new Standalone({
    'edge.yaml': gateway('edge', port),
    'service.yaml': documents(service(backend.name, backend.port)),
    'route.yaml': route('first'),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

interface Change {
  readonly fleets: readonly { readonly accepted: number }[];
}

/** Programmed of the Gateway and of each of its listeners. */
async function programmed(): Promise<readonly Condition[]> {
  const status = await windlass.status('Gateway', 'edge');
  const all = [status?.conditions ?? [], ...(status?.listeners ?? []).map(({ conditions }) => conditions)];
  return all.flat().filter(({ type }) => type === 'Programmed');
}

/** Asks for the status over and over until `done` settles; returns every answer that differed from the one before. */
async function watchDuring(done: () => Promise<void>): Promise<readonly string[]> {
  const seen: string[] = [];
  const end = new AbortController();
  const watch = (async () => {
    while (!end.signal.aborted) {
      const now = JSON.stringify(
        (await programmed()).map(({ status, message, observedGeneration }) => ({
          status,
          message,
          observedGeneration,
        })),
      );
      if (seen.at(-1) !== now) seen.push(now);
    }
  })();
  try {
    await done();
  } finally {
    end.abort();
    await watch;
  }
  return seen;
}

async function served(edit: string): Promise<void> {
  await until(`an answer of edit ${edit}`, async () => {
    const { headers } = await ask({ address, port, host: 'shop.example' });
    return headers['x-edit'] === edit ? true : undefined;
  });
}

async function envoyPid(): Promise<number | undefined> {
  const fleets = (await (await fetch(`${windlass.debugUrl()}/fleets`)).json()) as readonly {
    readonly envoys: readonly { readonly pid?: number }[];
    readonly streams: readonly { readonly current: boolean }[];
  }[];
  return fleets[0]?.streams.some(({ current }) => current) === true ? fleets[0].envoys[0]?.pid : undefined;
}

describe('the timeline', () => {
  it('tells of an edit what it changed, who got it, and how long that took', async () => {
    windlass.write('route.yaml', route('timed'));
    await served('timed');
    const entry = await until('the acknowledgement', async () => {
      const answer = await fetch(`${windlass.debugUrl()}/timeline?last=1`);
      const [latest] = (await answer.json()) as readonly Change[];
      return latest?.fleets[0]?.accepted === 1 ? latest : undefined;
    });
    expect(entry).toMatchObject({
      objects: [{ change: 'written', object: 'HTTPRoute default/shop', generation: expect.any(Number) }],
      encoded: { routes: 1, virtualHosts: 1, tables: 1 },
      fleets: [
        {
          fleet: 'default/edge',
          changed: { routes: 1 },
          sent: 1,
          rejected: 0,
          lastAckMs: expect.any(Number),
          pushes: [{ type: 'routes', resources: 1, answer: 'accepted', answerMs: expect.any(Number) }],
        },
      ],
    });
    const metrics = await (await fetch(`${windlass.debugUrl()}/metrics`)).text();
    expect(metrics).toMatch(/windlass_change_to_ack_seconds_count\{type="routes"\} [1-9]/);
    expect(metrics).toMatch(/windlass_push_to_ack_seconds_count\{type="cluster"\} [1-9]/);
  }, 60_000);
});

describe('Programmed', () => {
  it('is not touched by twenty edits of a route, however often one looks', async () => {
    windlass.write('route.yaml', route('first'));
    await served('first');
    const seen = await watchDuring(async () => {
      for (let edit = 0; edit < 20; edit += 1) {
        windlass.write('route.yaml', route(`edit-${edit}`));
        await served(`edit-${edit}`);
      }
    });
    expect(seen).toHaveLength(1);
    expect(await programmed()).toMatchObject([
      { status: 'True', message: expect.stringContaining('1 of 1 proxy has acknowledged') },
      { status: 'True' },
    ]);
  }, 60_000);

  it('outlives an Envoy that is killed and comes back', async () => {
    const before = await until('a current Envoy', envoyPid);
    const seen = await watchDuring(async () => {
      process.kill(before, 'SIGKILL');
      await until('another Envoy', async () => {
        const now = await envoyPid();
        return now === undefined || now === before ? undefined : now;
      });
    });
    for (const answer of seen) expect(answer).not.toContain('False');
  }, 60_000);

  it('is that of the new generation once an edit of the Gateway is acknowledged, and of no generation before', async () => {
    const before = (await programmed())[0]?.observedGeneration ?? 0;
    const seen = await watchDuring(async () => {
      windlass.write('edge.yaml', gateway('edge', port + 1));
      await until('an answer at the new port', async () =>
        (await ask({ address, port: port + 1, host: 'shop.example' }).catch(() => undefined))?.status === 200
          ? true
          : undefined,
      );
      await until('Programmed', async () => {
        const [own] = await programmed();
        return own?.status === 'True' && own.observedGeneration === before + 1 ? true : undefined;
      });
    });
    const generations = new Set(
      seen.flatMap((answer) =>
        (JSON.parse(answer) as Condition[]).map(({ observedGeneration }) => observedGeneration),
      ),
    );
    expect([...generations]).toEqual([before, before + 1]);
  }, 60_000);
});
