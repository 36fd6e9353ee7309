import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';

// examples/listener-sets, as it stands in the repository but for the ports of the backends.

const example = join(import.meta.dirname, '..', '..', 'examples', 'listener-sets');
let windlass: Standalone;
let backends: readonly Backend[];
let address: string;

beforeAll(async () => {
  backends = await Promise.all(['landing', 'shop', 'blog'].map((name) => startBackend(name)));
  windlass = new Standalone({});
  cpSync(example, windlass.directory, { recursive: true });
  const file = join(windlass.directory, 'backends.yaml');
  const ports = backends.reduce(
    (text, { port }, i) => text.replace(`port: ${9111 + i}`, `port: ${port}`),
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, ports);
  windlass.write(
    'certificate.yaml',
    run('cert', '--host', 'shop.example', '--name', 'shop-tls', '--namespace', 'shop').stdout,
  );
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((backend) => backend.close()));
}, 60_000);

describe('examples/listener-sets', () => {
  it('serves each team under its own hostname', async () => {
    for (const [host, name] of [
      ['www', 'landing'],
      ['shop', 'shop'],
      ['blog', 'blog'],
    ] as const)
      // prettier-ignore
      await until(`${host}.example`, async () => {
        const { echo } = await ask({ address, port: 8080, host: `${host}.example` });
        return echo?.backend === name ? true : undefined;
      });
    const secure = await ask({ address, port: 8443, host: 'shop.example', sni: 'shop.example' });
    expect([secure.status, secure.echo?.backend]).toEqual([200, 'shop']);
    expect((await ask({ address, port: 8080, host: 'sandbox.example' })).status).toBe(404);
  });

  it('tells who is not let in, and which listener came too late', async () => {
    const reasonOf = async (name: string) =>
      (await windlass.status('ListenerSet', name))?.conditions?.find(({ type }) => type === 'Accepted')
        ?.reason;
    expect(await reasonOf('sandbox')).toBe('NotAllowed');
    expect(await reasonOf('shop')).toBe('Accepted');
    const late = (await windlass.status('ListenerSet', 'blog'))?.listeners?.find(
      ({ name }) => name === 'too-late',
    );
    expect(late?.conditions.find(({ type }) => type === 'Conflicted')).toMatchObject({ status: 'True' });
  });
});
