// An ACME server and the DNS that it asks: Let's Encrypt's own programs for tests.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../harness/authority.js';
import { unusedPort } from '../../harness/port.js';
import { run } from './running.js';

export interface Acme {
  /** URL of the directory. */
  readonly directory: string;
  /** The CA of the server's own certificate, PEM. */
  readonly ca: string;
  /** `host:port` of the DNS server, which has one address for every name. */
  readonly dns: string;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** @param address what every name resolves to */
export async function startAcme(address: string): Promise<Acme> {
  const files = mkdtempSync(join(tmpdir(), 'windlass-acme-'));
  const at = (name: string): string => join(files, name);
  const authority = await createAuthority();
  const pair = await authority.issue('localhost', 'ecdsa');
  const [port, dnsPort, management] = [await unusedPort(), await unusedPort(), await unusedPort()];
  writeFileSync(at('tls.crt'), pair.certificate);
  writeFileSync(at('tls.key'), pair.key, { mode: 0o600 });
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    certificate: at('tls.crt'),
    privateKey: at('tls.key'),
    httpPort: 80,
    tlsPort: 443,
    retryAfter: { authz: 1, order: 1 },
  };
  writeFileSync(at('pebble.json'), JSON.stringify({ pebble }));

  const dns = `127.0.0.1:${dnsPort}`;
  const off = ['-http01=', '-https01=', '-tlsalpn01=', '-doh=', '-defaultIPv6='];
  const resolver = await run(
    'pebble-challtestsrv',
    [...off, '-dnsserver', dns, '-management', `127.0.0.1:${management}`, '-defaultIPv4', address],
    { ready: /Starting management server/ },
  );
  const server = await run('pebble', ['-config', at('pebble.json'), '-dnsserver', dns], {
    ready: /ACME directory available/,
    // Every certificate is asked for anew, nothing is refused at random, and nobody waits at random.
    environment: { PEBBLE_AUTHZREUSE: '0', PEBBLE_WFE_NONCEREJECT: '0', PEBBLE_VA_NOSLEEP: '1' },
  }).catch(async (error: unknown) => {
    await resolver.stop();
    throw error;
  });
  return {
    directory: `https://localhost:${port}/dir`,
    ca: authority.certificate,
    dns,
    log: server.log,
    stop: async () => {
      await server.stop();
      await resolver.stop();
      rmSync(files, { recursive: true });
    },
  };
}
