import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApiClient, type ServerObject } from '../../kubernetes/index.js';
import { event } from '../../kubernetes/testing/scripted-server.js';
import { watchOwned, type Owned } from './owned.js';

// An API server of whose Services the watch says what the test says.

let server: Server;
let owned: Owned;
let services: ServerResponse | undefined;
let changes: number;

beforeEach(async () => {
  changes = 0;
  const watched = Promise.withResolvers<undefined>();
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any');
    if (!searchParams.has('watch')) {
      response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] }));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (!pathname.endsWith('/services')) return;
    services = response;
    watched.resolve(undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: false },
    { name: 'test' },
  );
  owned = watchOwned({
    client: createApiClient(config),
    onChange: () => (changes += 1),
    onSynced: () => undefined,
    onServed: () => undefined,
    onFailing: () => undefined,
  });
  await watched.promise;
});

afterEach(async () => {
  owned.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const PLACE = { kind: 'Service', metadata: { namespace: 'shop', name: 'edge' } } as const;
const known = () => owned.get('Service', 'shop', 'edge');

function service(resourceVersion: string, ...ingress: readonly object[]): ServerObject {
  const annotations = { 'windlass.io/gateway': 'shop/edge' };
  const metadata = { ...PLACE.metadata, uid: 'u', resourceVersion, annotations };
  return { metadata, status: { loadBalancer: { ingress } } } as ServerObject;
}

/** The watch says it, and it has been heard. */
async function told(type: string, object: ServerObject): Promise<void> {
  const before = changes;
  services?.write(event(type, object));
  while (changes === before) await new Promise((resolve) => setImmediate(resolve));
}

const versionOf = (): string | undefined => known()?.metadata.resourceVersion;

describe('what a write is answered with', () => {
  it('counts until the watch says something', async () => {
    owned.wrote(PLACE, undefined, service('2'));
    expect(versionOf()).toBe('2');
    expect(owned.ofFleet('shop/edge')).toHaveLength(1);
    await told('ADDED', service('2', { ip: '192.0.2.1' }));
    expect(known()?.status).toEqual({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } });
  });

  it('does not count where the watch was faster, and knows already what came of it', async () => {
    await told('ADDED', service('2'));
    await told('MODIFIED', service('3', { ip: '192.0.2.1' }));
    owned.wrote(PLACE, undefined, service('2'));
    expect(versionOf()).toBe('3');
    const over = known();
    await told('MODIFIED', service('5', { ip: '192.0.2.2' }));
    owned.wrote(PLACE, over, service('4', { ip: '192.0.2.1' }));
    expect(versionOf()).toBe('5');
  });

  it('takes away what was deleted, and not what has come in its place', async () => {
    await told('ADDED', service('2'));
    const over = known();
    owned.wrote(PLACE, over, undefined);
    expect(known()).toBeUndefined();
    await told('ADDED', service('4'));
    owned.wrote(PLACE, over, undefined);
    expect(versionOf()).toBe('4');
  });
});
