// cert-manager obtains and renews the certificates of a Gateway through that Gateway, by HTTP-01, from a real ACME server.
import { once } from 'node:events';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask, startLoad } from '../../harness/request.js';
import { until } from '../../harness/until.js';
import { runBackend } from '../backend.js';
import { World, type Condition } from '../world.js';
import { startAcme, type Acme } from './acme.js';
import { startCertManager } from './cert-manager.js';
import { exchanged, guideBlocks } from './guide.js';
import type { Running } from './running.js';

jest.setTimeout(300_000);

const HOST = 'shop.example.com';
const ISSUED_MS = 150_000;

let world: World;
let address: string;
let acme: Acme;
let certManager: Running | undefined;
const [issuer = '', gateway = ''] = guideBlocks('cert-manager', 2);

beforeAll(async () => {
  world = await World.open('cert-manager');
  await runBackend(world, 'shop', { replicas: 1 });
  await world.put(gateway);
  address = await world.programmed('edge');
  acme = await startAcme(address);
});

afterAll(async () => {
  await certManager?.stop();
  await acme.stop();
  await world.close();
});

describe('a Gateway whose certificates are not there yet', () => {
  it('has its address, and its HTTP listener serves: else nobody could prove anything through it', async () => {
    const { status } = (await world.find('Gateway', 'edge')) ?? {};
    const listeners = status?.['listeners'] as readonly Listener[];
    const { conditions } = listeners.find(({ name }) => name === 'https') ?? {};
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'ResolvedRefs', status: 'False', reason: 'InvalidCertificateRef' }),
    );
    const answer = await until('the redirect', async () => {
      const { status: code, headers } = await ask({ address, port: 80, host: HOST });
      return code === 301 ? headers.location : undefined;
    });
    expect(answer).toBe(`https://${HOST}/`);
  });
});

describe('cert-manager', () => {
  it('gets a certificate through a Gateway that redirects everything on that host, and no request notices', async () => {
    certManager = await startCertManager(world, acme.dns);
    // The redirect is asked for again and again while the solver's route comes and goes.
    const load = startLoad(
      { address, port: 80, host: HOST, path: '/offers' },
      { status: 301, limitMs: 240_000 },
    );
    const trusted = `caBundle: ${Buffer.from(acme.ca).toString('base64')}`;
    const server = 'https://acme-v02.api.letsencrypt.org/directory';
    await world.put(exchanged(issuer, server, `${acme.directory}\n    ${trusted}`));
    await ready('shop-tls', certManager);
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  });

  it('has the new certificate served without anybody’s doing', async () => {
    const seen = await until('HTTPS', () => served(HOST));
    expect(seen.subjectaltname).toBe(`DNS:${HOST}`);
    expect(seen.issuer.CN).toMatch(/Pebble/);
    const answer = await ask({ address, port: 443, host: HOST, sni: HOST, path: '/offers' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ pod: expect.stringMatching(/^shop-/), path: '/offers' });
  });

  it('leaves nothing of its proof behind', async () => {
    await until('the solver’s route is gone', async () => {
      const names = (await world.list('HTTPRoute')).map(({ metadata }) => metadata.name);
      expect(names.toSorted()).toEqual(['shop', 'to-https']);
      return true;
    });
    const { status } = await ask({
      address,
      port: 80,
      host: HOST,
      path: '/.well-known/acme-challenge/some-token',
    });
    expect(status).toBe(301);
  });

  it('renews under load, and no request fails', async () => {
    const before = await served(HOST);
    const load = startLoad(
      { address, port: 443, host: HOST, sni: HOST, path: '/offers' },
      { limitMs: 240_000 },
    );
    const kept = await connected(HOST);
    expect(await offersOver(kept)).toBe('HTTP/1.1 200 OK');
    await renew('shop-tls');
    const after = await until(
      'another certificate is served',
      async () => {
        const seen = await served(HOST);
        return seen.serialNumber === before.serialNumber ? undefined : seen;
      },
      ISSUED_MS,
      200,
    );
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    expect(after.subjectaltname).toBe(`DNS:${HOST}`);
    expect(await offersOver(kept)).toBe('HTTP/1.1 200 OK');
    kept.destroy();
  });

  it('gets certificates for the listeners of a ListenerSet', async () => {
    await world.put(LISTENER_SET);
    if (certManager === undefined) throw new Error('cert-manager does not run');
    await ready('team-tls', certManager);
    const seen = await until('HTTPS of the ListenerSet', () => served('team.example.com'));
    expect(seen.subjectaltname).toBe('DNS:team.example.com');
  });
});

interface Listener {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

const LISTENER_SET = `apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata:
  name: team
  annotations: { cert-manager.io/issuer: letsencrypt }
spec:
  parentRef: { name: edge }
  listeners:
    - name: team
      port: 443
      protocol: HTTPS
      hostname: team.example.com
      tls: { certificateRefs: [{ name: team-tls }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: team }
spec:
  parentRefs: [{ kind: ListenerSet, name: team }]
  rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
`;

async function ready(certificate: string, { log }: Running): Promise<void> {
  await until(
    `Certificate ${certificate} is ready`,
    async () => {
      const { status } = (await world.find('Certificate', certificate)) ?? {};
      const said = status?.conditions?.find(({ type }) => type === 'Ready');
      if (said?.status === 'True') return true;
      throw new Error(`${JSON.stringify(said)}\n${log().slice(-1000)}\n${acme.log().slice(-500)}`);
    },
    ISSUED_MS,
    200,
  );
}

/** As `cmctl renew` does. */
async function renew(certificate: string): Promise<void> {
  const issuing = {
    type: 'Issuing',
    status: 'True',
    reason: 'ManuallyTriggered',
    message: 'asked for',
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  const { status } = (await world.find('Certificate', certificate)) ?? {};
  const conditions = [...(status?.conditions ?? []), issuing];
  await world.patch('Certificate', certificate, { status: { conditions } }, { subresource: '/status' });
}

/** The certificate that a new connection gets. */
async function served(host: string): Promise<PeerCertificate> {
  const socket = await connected(host);
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

async function connected(host: string): Promise<TLSSocket> {
  const socket = connect({ host: address, port: 443, servername: host, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** Asks over a connection that stays open. @returns the first line of the answer */
async function offersOver(socket: TLSSocket): Promise<string> {
  socket.write(`GET /offers HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString().split('\r\n')[0] ?? '';
}
