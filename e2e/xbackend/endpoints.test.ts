import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { unusedPort } from '../harness/port.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway } from '../harness/yaml.js';
import { pod, ref, routeTo, selector, xBackend } from './objects.js';

// Where an XBackend leads: to the Pods that it selects, which come and go, or to a hostname.

const port = 8080;
let windlass: Standalone;
let address: string;
let one: Backend;
let two: Backend;
let named: Backend;

const ONE = pod('one', 'web', '127.0.0.2', true);
const TWO = pod('two', 'web', '127.0.0.3');
const UNREADY = pod('two', 'web', '127.0.0.3', false);

beforeAll(async () => {
  const shared = await unusedPort();
  one = await startBackend('one', 'http1', { address: '127.0.0.2', port: shared });
  two = await startBackend('two', 'http1', { address: '127.0.0.3', port: shared });
  named = await startBackend('named');
  const external = (name: string, hostname: string): string =>
    xBackend(
      name,
      `type: ExternalHostname, port: { number: ${named.port} }, externalHostname: { hostname: ${hostname} }`,
    );
  windlass = new Standalone({
    'pods.yaml': ONE,
    'all.yaml': documents(
      gateway('edge', port),
      selector('web', one.port),
      external('named', 'localhost'),
      external('address', '127.0.0.1'),
      routeTo(['web', 'named', 'address', 'none', 'mirrored']).replace(
        `backendRefs: [${ref('mirrored')}]`,
        `filters: [{ type: RequestMirror, requestMirror: { backendRef: ${ref('named')} } }]
      backendRefs: [${ref('web')}]`,
      ),
    ),
    // A Service without slices leads to the Pods that it selects, too.
    'service.yaml': documents(
      gateway('second', port + 1),
      `{ apiVersion: v1, kind: Service, metadata: { name: plain }, spec: { selector: { app: web }, ports: [{ port: 80, targetPort: ${one.port} }] } }`,
      everythingTo('plain', 'second').replace('name: all', 'name: plain'),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([one, two, named].map((backend) => backend.close()));
}, 60_000);

const what = (path: string) => ({ address, port, host: 'shop.test', path });

/** Waits until requests meet these backends and no other. */
async function metBy(path: string, ...expected: readonly string[]): Promise<void> {
  await until(`${path} to be answered by ${expected.join()}`, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(what(path))));
    const seen = [...new Set(answers.map(({ echo, status }) => echo?.backend ?? String(status)))].sort();
    if (seen.join() !== [...expected].sort().join()) throw new Error(seen.join());
    return true;
  });
}

describe('an XBackend that selects Pods', () => {
  it('follows them as they come and go, and no request fails', async () => {
    await metBy('/web', 'one');
    const load = startLoad(what('/web'));
    for (let round = 0; round < 3; round += 1) {
      windlass.write('pods.yaml', documents(ONE, TWO));
      await metBy('/web', 'one', 'two');
      windlass.write('pods.yaml', documents(TWO));
      await metBy('/web', 'two');
      windlass.write('pods.yaml', documents(ONE, TWO));
      await metBy('/web', 'one', 'two');
      windlass.write('pods.yaml', documents(ONE, UNREADY));
      await metBy('/web', 'one');
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  }, 60_000);

  it('answers 503 while it selects none', async () => {
    windlass.write('pods.yaml', UNREADY);
    await metBy('/web', '503');
    windlass.write('pods.yaml', ONE);
    await metBy('/web', 'one');
  }, 60_000);
});

describe('a Service without EndpointSlices', () => {
  it('leads to the Pods that it selects', async () => {
    const second = await windlass.address('second');
    const plain = { address: second, port: port + 1, host: 'shop.test' };
    await until('the Pod', async () => ((await ask(plain)).echo?.backend === 'one' ? true : undefined));
  }, 60_000);
});

describe('an XBackend that names a host', () => {
  it('is sent to it, with the Host that the client says', async () => {
    await metBy('/named', 'named');
    expect(named.received.at(-1)?.host).toBe('shop.test');
  }, 60_000);

  it('gets the copies of a mirror', async () => {
    const before = named.received.length;
    await metBy('/mirrored', 'one');
    await until('a copy', () => Promise.resolve(named.received.length > before ? true : undefined));
    expect(named.received.at(-1)?.path).toBe('/mirrored');
  }, 60_000);

  it('and names an address is refused, as one that does not exist: 500, and both say so', async () => {
    await metBy('/address', '500');
    await metBy('/none', '500');
    const refused = (await windlass.status('XBackend', 'address'))?.ancestors?.[0];
    expect(refused?.ancestorRef.name).toBe('edge');
    expect(refused?.conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      'Accepted False Invalid',
      'ResolvedRefs True ResolvedRefs',
    ]);
    const route = await windlass.status('HTTPRoute', 'all');
    const resolved = route?.parents?.[0]?.conditions.find(({ type }) => type === 'ResolvedRefs');
    expect(resolved).toMatchObject({ status: 'False', reason: 'BackendNotFound' });
    await metBy('/web', 'one');
  }, 60_000);
});
