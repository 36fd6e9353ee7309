import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service, tlsSecret } from '../harness/yaml.js';
import { http, https, listenerSet, ofSet, openGateway, routeTo } from './objects.js';

// A hostname that two ListenerSets ask for: it changes hands when the first of them goes and comes back, without a request lost. And very many listeners.

const PORT = 8080;
const SECURE = 8443;
const HOST = 'disputed.test';

let windlass: Standalone;
let address: string;
let backends: readonly Backend[];

const claimed = (namespace: string, day: string): string =>
  listenerSet(
    `${namespace}/set`,
    'edge',
    day,
    http('web', PORT, HOST),
    https('tls', SECURE, HOST, 'name: cert'),
  );

beforeAll(async () => {
  const authority = await createAuthority();
  backends = await Promise.all(['older', 'younger'].map((name) => startBackend(name)));
  const secrets = await Promise.all(
    backends.map(async ({ name }) => {
      const { certificate, key } = await authority.issue(`${name}.${HOST}`, 'ecdsa');
      return tlsSecret('cert', certificate, key).replace(
        '{ name: cert }',
        `{ name: cert, namespace: ${name} }`,
      );
    }),
  );
  windlass = new Standalone({
    'gateway.yaml': openGateway('edge', '{ from: All }', http('web', PORT, 'own.test')),
    'older.yaml': claimed('older', '01'),
    'rest.yaml': documents(
      claimed('younger', '02'),
      ...secrets,
      ...backends.flatMap(({ name, port }) => [
        service(name, port, name),
        routeTo(`${name}/all`, ofSet('set'), name),
      ]),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
  await reached('older');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((backend) => backend.close()));
}, 60_000);

const plain = () => ({ address, port: PORT, host: HOST });
const secure = () => ({ address, port: SECURE, host: HOST, sni: HOST });

/** In clear text and in TLS, with the certificate of the same namespace. */
async function reached(name: string): Promise<void> {
  await until(`${name} to be reached`, async () => {
    const [clear, tls] = await Promise.all([ask(plain()), ask(secure())]);
    const seen = [clear.echo?.backend, tls.echo?.backend, tls.certificate];
    if (seen.join() !== [name, name, `${name}.${HOST}`].join())
      throw new Error(seen.join() + windlass.log.slice(-500));
    return true;
  });
}

describe('a hostname that two ListenerSets ask for', () => {
  it('changes hands with the first of them, and no request is lost', async () => {
    const loads = [plain(), secure()].map((what) => startLoad(what));
    for (let round = 0; round < 3; round += 1) {
      windlass.write('older.yaml', '');
      await reached('younger');
      windlass.write('older.yaml', claimed('older', '01'));
      await reached('older');
    }
    for (const load of loads) {
      const { sent, failures } = await load.stop();
      expect(failures).toEqual([]);
      expect(sent).toBeGreaterThan(20);
    }
  }, 60_000);
});

describe('64 listeners of a Gateway and of each of its sets', () => {
  const many = (prefix: string): readonly string[] =>
    Array.from({ length: 64 }, (_, i) => http(`l${i}`, PORT, `${prefix}${i}.test`));

  it('are all served, and those of a set that goes are gone without harm to the others', async () => {
    const sets = ['older', 'younger'].map((namespace) =>
      listenerSet(`${namespace}/many`, 'edge', '03', ...many(namespace)),
    );
    windlass.write('gateway.yaml', openGateway('edge', '{ from: All }', ...many('own')));
    windlass.write(
      'many.yaml',
      documents(...sets, ...backends.map(({ name }) => routeTo(`${name}/many`, ofSet('many'), name))),
    );
    const answers = async (host: string, wanted: number): Promise<void> => {
      await until(`${host} to answer ${wanted}`, async () => {
        const { status } = await ask({ address, port: PORT, host });
        if (status !== wanted) throw new Error(String(status));
        return true;
      });
    };
    await answers('older63.test', 200);
    await answers('younger63.test', 200);
    // The younger set of two listeners has lost both.
    await until('the sets in the status', async () => {
      const status = await windlass.status('Gateway', 'edge');
      return status !== undefined && 'attachedListenerSets' in status && status.attachedListenerSets === 3
        ? true
        : undefined;
    });
    expect((await windlass.status('Gateway', 'edge'))?.listeners).toHaveLength(64);
    expect((await windlass.status('ListenerSet', 'many'))?.listeners).toHaveLength(64);
    const load = startLoad({ address, port: PORT, host: 'younger0.test' });
    windlass.write('many.yaml', documents(sets[1] ?? '', routeTo('younger/many', ofSet('many'), 'younger')));
    await answers('older63.test', 404);
    expect((await load.stop()).failures).toEqual([]);
  }, 60_000);
});
