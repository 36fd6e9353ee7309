import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  createApiClient,
  createEventRecorder,
  type ApiClient,
  type EventRecorder,
} from '../../src/kubernetes/index.js';
import type { ObjectRef } from '../../src/resources/index.js';
import { createMetrics, silentLogger } from '../../src/telemetry/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { until } from '../harness/until.js';

jest.setTimeout(120_000);

let server: ApiServer;
let client: ApiClient;
let recorder: EventRecorder | undefined;

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
}, 900_000);

afterEach(() => recorder?.stop());

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

interface Event {
  readonly note: string;
  readonly reason: string;
  readonly type: string;
  readonly regarding: { readonly name: string; readonly uid?: string };
  readonly series?: { readonly count: number };
}

async function eventsOf(name: string, namespace = 'default'): Promise<readonly Event[]> {
  const list = await client.call({ path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events` });
  return (list as { readonly items: readonly Event[] }).items.filter(
    ({ regarding }) => regarding.name === name,
  );
}

const recording = (): EventRecorder =>
  (recorder = createEventRecorder({
    ...{ client, controller: 'windlass.io/gateway-controller', instance: 'windlass-0' },
    ...{ logger: silentLogger, metrics: createMetrics(), limits: { countMs: 200 } },
  }));
const regarding = (name: string, namespace = 'default') => {
  const ref: ObjectRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace, name };
  return { ref, apiVersion: 'gateway.networking.k8s.io/v1', uid: 'e0a58bbb-f02b-4b1c-a9f2-000000000000' };
};
const note = (text: string) =>
  ({ type: 'Warning', reason: 'Invalid', action: 'Programmed', note: text }) as const;

describe('an event', () => {
  it('is taken by the API server as it is written, and what comes again is a series of one event', async () => {
    const events = recording();
    events.record(regarding('gw'), note('Envoy rejected it'));
    const [first] = await until('it is there', async () => {
      const found = await eventsOf('gw');
      return found.length > 0 ? found : undefined;
    });
    expect(first).toMatchObject({ type: 'Warning', reason: 'Invalid', note: 'Envoy rejected it' });
    for (let i = 0; i < 50; i += 1) events.record(regarding('gw'), note(`again ${i}`));
    await until('all are counted', async () =>
      (await eventsOf('gw'))[0]?.series?.count === 51 ? true : undefined,
    );
    expect(await eventsOf('gw')).toHaveLength(1);
  });

  it('is taken with the longest name and note, and about what has no namespace', async () => {
    const events = recording();
    const longest = `${'a'.repeat(60)}.`.repeat(4) + 'b'.repeat(9);
    events.record(regarding(longest), note('ü'.repeat(2000)));
    events.record(regarding('class', ''), note('x'));
    await until('both are there', async () =>
      (await eventsOf(longest)).length + (await eventsOf('class')).length === 2 ? true : undefined,
    );
  });
});
