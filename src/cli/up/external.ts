import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { writeRemoteBootstrap, type LocalFleet } from '../../infra/index.js';
import type { Logger } from '../../telemetry/index.js';
import { admissionTo, type Admission, type XdsServer } from '../../xds/index.js';
import { issueCertificate } from '../../certificates/index.js';
import { listenOnFreePort } from './free-port.js';

/** Name in the serving certificate; what a bootstrap expects, whatever address it dials. */
const SERVER_NAME = 'windlass-xds';
/** It lives as long as the process, and is made anew by the next. */
const DAYS = 3650;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The xDS port for Envoys that others start: TLS, and a bearer token per fleet that decides what they get. */
export interface External {
  readonly address: string;
  readonly port: number;
  /** Writes the fleet's bootstrap, token and CA into its place in the run directory. */
  admit(fleet: LocalFleet): Promise<void>;
  /** Its token opens nothing any more. */
  dismiss(fleet: string): void;
}

/** @throws WindlassError PORT_UNAVAILABLE */
export async function openExternal(
  xds: Pick<XdsServer, 'listenTls'>,
  address: string,
  wanted: number,
  logger: Logger,
): Promise<External> {
  const issued = await issueCertificate({
    hosts: [SERVER_NAME, address],
    days: DAYS,
    keyType: 'ecdsa',
    now: new Date(),
  });
  // By hash, so that how long a look-up takes says nothing about the tokens.
  const fleets = new Map<string, string>();
  const hashes = new Map<string, string>();
  const { certificate, key, ca } = issued;
  const authenticate = (token: string): Admission => admissionTo(fleets.get(hashOf(token)));
  const port = await listenOnFreePort(wanted, '--xds-address or --xds-port', async (port) => {
    const listening = await xds.listenTls({ address, port, certificate, key, authenticate });
    return listening.port;
  });
  if (wanted !== 0 && port !== wanted) logger.warn('xds port is taken, using another', { wanted, port });
  const dismiss = (fleet: string): void => {
    fleets.delete(hashes.get(fleet) ?? '');
    hashes.delete(fleet);
  };
  return {
    address,
    port,
    admit: async ({ observation: { fleet }, xdsSocket }) => {
      if (hashes.has(fleet)) return;
      // Before anything is awaited: a second observation must not make a second token.
      hashes.set(fleet, '');
      try {
        const directory = join(dirname(xdsSocket), 'external');
        const token = await tokenIn(directory);
        if (!hashes.has(fleet)) return;
        const hash = hashOf(token);
        hashes.set(fleet, hash);
        fleets.set(hash, fleet);
        const host = reachable(address);
        const files = await writeRemoteBootstrap({
          directory,
          fleet,
          host,
          port,
          serverName: SERVER_NAME,
          ca,
          token,
          metricsPort: 0,
        });
        logger.info('bootstrap for your own Envoys', { fleet, bootstrap: files.bootstrap });
      } catch (error) {
        // The next observation tries again.
        dismiss(fleet);
        throw error;
      }
    },
    dismiss,
  };
}

/** The token that a killed `up` left, so that the Envoys of others come back; else a new one of 256 bits. */
async function tokenIn(directory: string): Promise<string> {
  const known = await readFile(join(directory, 'token'), 'utf8').catch(() => '');
  return TOKEN.test(known) ? known : randomBytes(32).toString('base64url');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Who binds every address is dialled on loopback by an Envoy of this machine. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return isIP(address) === 6 && /^[0:]+$/.test(address) ? '::1' : address;
}
