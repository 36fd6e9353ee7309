import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';
import { Client, variety } from './client.js';

// examples/sticky-sessions as it is, on backends with other ports.

const example = join(import.meta.dirname, '..', '..', 'examples', 'sticky-sessions');
const backends: Backend[] = [];
let windlass: Standalone;
let address: string;

beforeAll(async () => {
  const files: Record<string, string> = {};
  for (const name of readdirSync(example)) files[name] = readFileSync(join(example, name), 'utf8');
  for (const [written = '', port = ''] of (files['backends.yaml'] ?? '').matchAll(/port: (\d{4})/g)) {
    const backend = await startBackend(port);
    backends.push(backend);
    files['backends.yaml'] = files['backends.yaml']?.replace(written, `port: ${backend.port}`) ?? '';
  }
  windlass = new Standalone(files);
  await windlass.start();
  address = await windlass.address('shop');
  await until('the route', async () => ((await client().get('/')).status === 200 ? true : undefined));
}, 120_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all(backends.map((backend) => backend.close()));
}, 60_000);

const client = (): Client => new Client({ address, port: 8080, host: 'shop.example' });

describe('the example of sticky sessions', () => {
  it('has nothing that is refused', () => {
    const { code, stdout } = run('check', example);
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 errors, 0 warnings')]);
  });

  it('keeps a browser with one endpoint of each version of the cart', async () => {
    const one = client();
    const reached = await one.reach('/', 150);
    expect(variety(reached.filter((port) => port.startsWith('920')))).toBe(1);
    expect(variety(reached.filter((port) => port.startsWith('921')))).toBe(1);
    expect(one.cookies.size).toBe(2);
  }, 30_000);

  it('keeps a device that sends the header back', async () => {
    const first = await client().get('/devices');
    const kept = await client().reach('/devices', 20, {
      headers: [['x-cart', String(first.headers['x-cart'])]],
    });
    expect(new Set(kept)).toEqual(new Set([first.echo?.backend]));
  });

  it('keeps a reader of reports for a day', async () => {
    const one = client();
    expect((await one.get('/reports')).headers['set-cookie']?.[0]).toContain('reports=');
    expect((await client().get('/reports')).headers['set-cookie']?.[0]).toContain('; Max-Age=86400;');
    expect(variety(await one.reach('/reports', 20))).toBe(1);
  });
});
