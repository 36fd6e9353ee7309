import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { KeyPair } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { askTls, metBy } from '../harness/tls-client.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';
import { trustBundle } from './objects.js';

// examples/mtls-front, as its comments say it is run.

const folder = join(import.meta.dirname, '..', '..', 'examples', 'mtls-front');
let windlass: Standalone;
let backend: Backend;
let address: string;
let alice: KeyPair;
let partner: KeyPair;

/** What `windlass cert` prints, and what is in it. */
function made(
  host: string,
  name: string,
): { readonly yaml: string; readonly pair: KeyPair; readonly ca: string } {
  const { stdout } = run('cert', '--host', host, '--name', name);
  const data = parseAllDocuments(stdout).map(
    (document) => (document.toJS() as { data: Readonly<Record<string, string>> }).data,
  );
  const decoded = (key: string): string => Buffer.from(data[0]?.[key] ?? '', 'base64').toString();
  return {
    yaml: stdout,
    pair: { certificate: decoded('tls.crt'), key: decoded('tls.key') },
    ca: data[1]?.['ca.crt'] ?? '',
  };
}

beforeAll(async () => {
  backend = await startBackend('shop');
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  const [clients, partners] = [made('alice', 'clients'), made('partner', 'partners')];
  [alice, partner] = [clients.pair, partners.pair];
  windlass = new Standalone({
    ...Object.fromEntries(files.map(([name, text]) => [name, text.replace('9101', String(backend.port))])),
    'server.yaml': made('shop.example', 'shop-tls').yaml,
    'clients.yaml': clients.yaml,
    'partners.yaml': trustBundle('partners', [partners.ca]),
  });
  await windlass.start();
  address = await windlass.address('shop');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

it('the example of mutual TLS in front takes its own clients on one port and partners on the other', async () => {
  const met = (port: number, client?: KeyPair) => metBy({ address, port, sni: 'shop.example', client });
  await until('both ports to serve', async () =>
    (await met(8443, alice)) === '200' && (await met(9443, partner)) === '200' ? true : undefined,
  );
  expect([await met(8443), await met(8443, partner), await met(9443), await met(9443, alice)]).toEqual(
    Array.from({ length: 4 }, () => 'refused'),
  );
  const { echo } = await askTls({ address, port: 8443, sni: 'shop.example', client: alice });
  expect(echo?.headers['x-forwarded-client-cert']).toContain('DNS=alice');
}, 60_000);
