import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run, Standalone } from '../harness/windlass.js';
import { OFFSET, startPeer, startUdpPeer, tally, who, whoByUdp } from './peers.js';
import { createAuthority, type Authority } from '../harness/authority.js';

// Machines are busy.
jest.setTimeout(60_000);

// The folders under examples/ that hand connections on, as they are but for the ports of their backends.

const EXAMPLES = join(import.meta.dirname, '../../examples');
const closers: (() => Promise<void>)[] = [];
let ca: Authority;

beforeAll(async () => {
  ca = await createAuthority();
});

let windlass: Standalone | undefined;

afterEach(async () => {
  await windlass?.dispose();
  windlass = undefined;
  await Promise.all(closers.splice(0).map((close) => close()));
});

afterAll(() => {
  expect(closers).toEqual([]);
});

/** Runs the folder with real backends. @returns the Gateway's address */
async function serve(
  folder: string,
  gateway: string,
  start: (service: string) => Promise<{ readonly port: number; close(): Promise<void> }>,
): Promise<string> {
  const directory = join(EXAMPLES, folder);
  const files: Record<string, string> = {};
  for (const file of readdirSync(directory)) {
    const documents = readFileSync(join(directory, file), 'utf8').split(/^---$/m);
    const written: string[] = [];
    for (const document of documents) {
      const service = /service-name: (\S+)/.exec(document)?.[1];
      if (service === undefined) {
        written.push(document);
        continue;
      }
      const peer = await start(service);
      closers.push(() => peer.close());
      written.push(document.replace(/port: \d+/, `port: ${peer.port}`));
    }
    files[file] = written.join('---');
  }
  windlass = new Standalone(files);
  await windlass.start('--port-offset', String(OFFSET));
  return await windlass.address(gateway);
}

describe('the example', () => {
  it.each(['tcp', 'udp', 'tls-passthrough'])('%s is what an API server would take', (folder) => {
    expect(run('check', join(EXAMPLES, folder))).toMatchObject({ code: 0, stderr: '' });
  });

  it('tcp shares connections by weight', async () => {
    const address = await serve('tcp', 'ledger', (name) => startPeer(name));
    const counts = await tally({ address, port: 5000 + OFFSET }, 200);
    expect(counts['ledger'] ?? 0).toBeGreaterThan(counts['ledger-next'] ?? 0);
    expect(counts['ledger-next'] ?? 0).toBeGreaterThan(15);
  });

  it('udp shares clients by weight', async () => {
    const address = await serve('udp', 'names', startUdpPeer);
    const counts = await tally({ address, port: 5300 + OFFSET }, 200, whoByUdp);
    expect(counts['names'] ?? 0).toBeGreaterThan(120);
    expect(counts['names-next'] ?? 0).toBeGreaterThan(3);
  });

  it('tls-passthrough parts servers by name', async () => {
    const pair = await ca.issue('backend.example', 'ecdsa');
    const address = await serve('tls-passthrough', 'edge', (name) => startPeer(name, pair));
    const at = (sni: string) => ({ address, port: 8443 + OFFSET, sni });
    expect(await who(at('mail.example'))).toBe('mail');
    expect(await who(at('a.chat.example'))).toBe('chat');
    expect(await who(at('chat.example'))).toBe('refused');
  });
});
