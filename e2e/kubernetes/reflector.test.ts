import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  createApiClient,
  startReflector,
  type ApiClient,
  type Reflector,
  type ReflectorOptions,
} from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { until } from '../harness/until.js';

let server: ApiServer;
let client: ApiClient;
// A server that starts anew takes seconds, on a busy machine many.
jest.setTimeout(120_000);

const CONFIG_MAPS = '/api/v1/configmaps';
const IN_DEFAULT = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
}, 900_000);

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

async function write(name: string, value: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
  await client.call({ method: 'POST', path: IN_DEFAULT, body }).catch(async () => {
    await client.call({ method: 'PUT', path: `${IN_DEFAULT}/${name}`, body });
  });
}

async function remove(name: string): Promise<void> {
  await client.call({ method: 'DELETE', path: `${IN_DEFAULT}/${name}` });
}

/** What a reflector told, one line for each thing; its own view is kept by what it told. */
interface Follower {
  readonly told: string[];
  readonly states: string[];
  readonly view: Map<string, unknown>;
  readonly reflector: Reflector;
}

function follow(options: Partial<ReflectorOptions> = {}): Follower {
  const told: string[] = [];
  const states: string[] = [];
  const view = new Map<string, unknown>();
  const reflector = startReflector({
    client,
    path: CONFIG_MAPS,
    onChange: ({ upserts, deletes }) => {
      for (const { object, before } of upserts) {
        const { namespace = '', name } = object.metadata;
        if (namespace === 'default') told.push(`${before === undefined ? 'new' : 'changed'} ${name}`);
        view.set(`${namespace}/${name}`, object);
      }
      for (const { metadata } of deletes) {
        if (metadata.namespace === 'default') told.push(`gone ${metadata.name}`);
        view.delete(`${metadata.namespace ?? ''}/${metadata.name}`);
      }
    },
    onState: ({ is }) => {
      if (states.at(-1) !== is) states.push(is);
    },
    limits: { firstWaitMs: 20, longestWaitMs: 200, absentMs: 100 },
    ...options,
  });
  return { told, states, view, reflector };
}

const synced = ({ states }: Follower): Promise<unknown> =>
  until('it is synced', () => (states.at(-1) === 'synced' ? true : undefined), 60_000);
const toldAll = ({ told }: Follower, ...lines: readonly string[]): Promise<unknown> =>
  until(`it tells ${lines.join(', ')}`, () =>
    JSON.stringify(told) === JSON.stringify(lines) ? true : undefined,
  );

describe('a reflector', () => {
  it('tells all that is there, then each change, with what was before', async () => {
    await write('one', 'a');
    const follower = follow();
    await synced(follower);
    expect(follower.told).toContain('new one');
    follower.told.length = 0;
    await write('two', 'a');
    await write('one', 'b');
    await remove('two');
    await toldAll(follower, 'new two', 'changed one', 'gone two');
    follower.reflector.stop();
    await remove('one');
  });

  it('goes on where it was when the server comes back, and tells nothing twice', async () => {
    await write('kept', 'a');
    const follower = follow();
    await synced(follower);
    follower.told.length = 0;
    await server.stop();
    await until('it sees that', () => (follower.states.at(-1) === 'failing' ? true : undefined), 60_000);
    expect(follower.view.has('default/kept')).toBe(true);
    await server.start();
    await write('later', 'a');
    await toldAll(follower, 'new later');
    expect(follower.states).toEqual(['synced', 'failing', 'synced']);
    follower.reflector.stop();
    await remove('kept');
    await remove('later');
  });

  it('lists again when the server has forgotten what it was told last, and tells only what differs', async () => {
    for (const name of ['same', 'other', 'doomed']) await write(name, 'a');
    // It looks again only when all of this has happened.
    const waiting = { firstWaitMs: 60_000, longestWaitMs: 60_000 };
    const follower = follow({ limits: waiting, random: () => 1 });
    await synced(follower);
    follower.told.length = 0;
    await server.stop();
    await until('it sees that', () => (follower.states.at(-1) === 'failing' ? true : undefined), 60_000);
    await server.start();
    await write('other', 'b');
    await remove('doomed');
    await write('fresh', 'a');
    await server.compact();
    follower.reflector.lookAgain();
    await until('it knows all', () => (follower.view.has('default/fresh') ? true : undefined), 60_000);
    expect([...follower.told].toSorted()).toEqual(['changed other', 'gone doomed', 'new fresh']);
    follower.reflector.stop();
    for (const name of ['same', 'other', 'fresh']) await remove(name);
  });

  it('reads long lists page by page, and only metadata if that is enough', async () => {
    const names = Array.from({ length: 45 }, (_, i) => `many-${i}`);
    for (const name of names) await write(name, 'a');
    const follower = follow({ metadataOnly: true, limits: { pageSize: 10 } });
    await synced(follower);
    expect(follower.told.filter((line) => line.startsWith('new many-'))).toHaveLength(45);
    expect(follower.view.get('default/many-7')).not.toHaveProperty('data');
    expect(follower.view.get('default/many-7')).not.toHaveProperty('metadata.managedFields');
    follower.reflector.stop();
    for (const name of names) await remove(name);
  });

  it('waits for a kind that the server does not know', async () => {
    const path = '/apis/example.test/v1/things';
    const follower = follow({ path });
    await until('it sees that', () => (follower.states.at(-1) === 'absent' ? true : undefined), 60_000);
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await client.call({
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'things.example.test' },
        spec: {
          group: 'example.test',
          names: { plural: 'things', kind: 'Thing' },
          scope: 'Namespaced',
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
        },
      },
    });
    follower.reflector.lookAgain();
    await synced(follower);
    follower.reflector.stop();
  });
});
