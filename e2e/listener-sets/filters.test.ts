import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpAuth } from '../external-auth/objects.js';
import { startHttpAuth, type AuthServer } from '../harness/auth-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { http, listenerSet, ofSet, openGateway, routeTo } from './objects.js';

// Filters of a listener that a ListenerSet has, on a port that it shares with its Gateway: they act on its hosts alone, and refer as the ListenerSet's.

const port = 8080;
let windlass: Standalone;
let backend: Backend;
let auth: AuthServer;
let address: string;

const filtered = (name: string, filter: string): string =>
  `{ name: ${name}, port: ${port}, protocol: HTTP, hostname: ${name}.test, filters: { requests: [${filter}] } }`;
const abroad = httpAuth('auth').replace('name: auth', 'name: auth, namespace: far');
const grant = (kind: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: ${kind}, namespace: team }], to: [{ group: "", kind: Service }] }
`;

beforeAll(async () => {
  [backend, auth] = await Promise.all([
    startBackend('a'),
    startHttpAuth('auth', ({ headers }) => ({ status: headers['authorization'] === 'ok' ? 200 : 401 })),
  ]);
  windlass = new Standalone({
    'all.yaml': documents(
      openGateway('edge', '{ from: All }', http('open', port, 'open.test')),
      listenerSet('team/set', 'edge', '01', filtered('own', httpAuth('auth')), filtered('abroad', abroad)),
      service('a', backend.port, 'team'),
      service('a', backend.port),
      service('auth', auth.port, 'team'),
      service('auth', auth.port, 'far'),
      routeTo('team/r', ofSet('set'), 'a'),
      routeTo('default/r', '{ name: edge }', 'a'),
    ),
    'grant.yaml': grant('Gateway'),
  });
  await windlass.start();
  address = await windlass.address('edge');
  await until('the set to serve', async () => ((await meets('own', 'ok')) === 200 ? true : undefined));
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([backend.close(), auth.close()]);
}, 60_000);

async function meets(listener: string, credentials?: string): Promise<number> {
  const headers = credentials === undefined ? [] : [['authorization', credentials] as const];
  return (await ask({ address, port, host: `${listener}.test`, headers })).status;
}

const becomes = (status: number): Promise<unknown> =>
  until(`${status}`, async () => ((await meets('abroad')) === status ? true : undefined));

describe("a filter of a ListenerSet's listener", () => {
  it("acts on the requests of its listener, and not on those of the Gateway's own", async () => {
    expect([await meets('own'), await meets('own', 'ok'), await meets('open')]).toEqual([401, 200, 200]);
  });

  it('may ask a server of another namespace when that lets ListenerSets refer to it; until then all is refused', async () => {
    expect([await meets('abroad'), await meets('abroad', 'ok')]).toEqual([500, 500]);
    const status = await windlass.status('ListenerSet', 'set');
    expect(status?.listeners?.find(({ name }) => name === 'abroad')?.conditions).toContainEqual(
      expect.objectContaining({ type: 'ResolvedRefs', status: 'False', reason: 'RefNotPermitted' }),
    );
    windlass.write('grant.yaml', grant('ListenerSet'));
    await becomes(401);
    expect(await meets('abroad', 'ok')).toBe(200);
  });

  it('that is no longer granted lets nobody pass from then on', async () => {
    windlass.write('grant.yaml', grant('ListenerSet'));
    await becomes(401);
    windlass.write('grant.yaml', '');
    const seen = new Set<number>();
    await until('500', async () => {
      const status = await meets('abroad');
      seen.add(status);
      return status === 500 ? true : undefined;
    });
    for (let i = 0; i < 50; i += 1) seen.add(await meets('abroad'));
    expect([...seen].filter((status) => status !== 401)).toEqual([500]);
    expect(await meets('own', 'ok')).toBe(200);
  });
});
