// Who gets which configuration, shown with real tokens of a real API server and real Envoys, started as their pods would start them.
import { credentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { CDS, DeltaClient } from '../xds/client.js';
import { startPodEnvoy, type PodEnvoy } from './pod-envoy.js';
import {
  ending,
  NAMESPACE,
  populate,
  SERVER_NAME,
  startReplica,
  tokenOf,
  type Replica,
} from './security-world.js';

let server: ApiServer;
let admin: ApiClient;
let backend: Backend;
let replica: Replica;
let ownToken: string;
jest.setTimeout(120_000);

beforeAll(async () => {
  server = await startApiServer();
  admin = createApiClient(server.kubeconfig);
  await populate(admin);
  backend = await startBackend('shop');
  ownToken = await tokenOf(admin, NAMESPACE, 'windlass', '');
  replica = await startReplica(server, ownToken, backend.port);
  await keysAreKnown();
}, 900_000);

afterAll(async () => {
  await replica.close();
  admin.close();
  await backend.close();
  await server.dispose();
}, 60_000);

/** A token with the payload of another one. */
async function forged(): Promise<string> {
  const [header = '', , signature = ''] = (await tokenOf(admin, 'shop', 'edge')).split('.');
  return `${header}.${(await tokenOf(admin, 'shop', 'internal')).split('.')[1] ?? ''}.${signature}`;
}

/** The keys of the issuer are read beside the rest, and an API server that has just started grants the right to read them a moment later. */
async function keysAreKnown(): Promise<void> {
  const token = await forged();
  await until('the keys of the issuer', async () => {
    const admission = await replica.security.authenticate(token);
    return admission.kind === 'refused' && admission.reason === 'forged' ? true : undefined;
  });
}

const started: PodEnvoy[] = [];
afterEach(async () => {
  for (const envoy of started.splice(0)) await envoy.stop();
});

async function envoyOf(
  token: string,
  over: Partial<Parameters<typeof startPodEnvoy>[0]> = {},
): Promise<PodEnvoy> {
  const envoy = await startPodEnvoy({
    fleet: 'shop/edge',
    pod: 'shop/edge-1',
    xdsPort: replica.port,
    serverName: SERVER_NAME,
    ca: replica.security.bundle(),
    token,
    ...over,
  });
  started.push(envoy);
  return envoy;
}

/** What a stream with this token is told. */
async function ended(token: string): Promise<{ readonly code: number; readonly details: string }> {
  const client = new DeltaClient({
    address: `localhost:${replica.port}`,
    credentials: credentials.createSsl(Buffer.from(replica.security.bundle())),
    token,
  });
  client.subscribe(CDS);
  const end = await client.untilEnded();
  expect(client.received).toEqual([]);
  client.close();
  return end;
}

/** How many tokens were looked at with this result. */
async function reviews(result: string): Promise<number> {
  const line = new RegExp(`^windlass_token_reviews_total\\{result="${result}"\\} (\\d+)$`, 'm');
  return Number(line.exec(await replica.metrics.text())?.[1] ?? 0);
}

const refusals = (reason: string): number => replica.xds.counters().refusals[reason] ?? 0;

describe('the CA', () => {
  it('is one, however many replicas make it at once, and is published for Envoys of others', async () => {
    await admin.call({ method: 'DELETE', path: `/api/v1/namespaces/${NAMESPACE}/secrets/windlass-xds-ca` });
    const three = await Promise.all([1, 2, 3].map(() => startReplica(server, ownToken, backend.port)));
    const [bundle = ''] = three.map(({ security }) => security.bundle());
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(new Set(three.map(({ security }) => security.bundle())).size).toBe(1);
    await until('the ConfigMap', async () => {
      const { data } = (await admin.call({
        path: `/api/v1/namespaces/${NAMESPACE}/configmaps/windlass-xds-ca`,
      })) as { readonly data: Readonly<Record<string, string>> };
      return data['ca.crt'] === bundle ? true : undefined;
    });
    for (const one of three) {
      expect(one.logged.filter((line) => line.startsWith('error'))).toEqual([]);
      await one.close();
    }
    await replica.close();
    replica = await startReplica(server, ownToken, backend.port);
    await keysAreKnown();
    expect(replica.security.bundle()).toBe(bundle);
  });

  it('is put into a Secret that is there already and empty', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/secrets/windlass-xds-ca`;
    const { data } = (await admin.call({ path })) as { readonly data: object };
    const empty = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'windlass-xds-ca' } };
    await admin.call({ method: 'DELETE', path });
    await admin.call({ method: 'POST', path: `/api/v1/namespaces/${NAMESPACE}/secrets`, body: empty });
    const other = await startReplica(server, ownToken, backend.port);
    expect(other.security.bundle()).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(other.security.bundle()).not.toBe(replica.security.bundle());
    await other.close();
    await admin.call({ method: 'PUT', path, body: { ...empty, data } });
  });
});

describe('an Envoy with the token of its ServiceAccount', () => {
  it('gets the configuration of its own fleet, and serves; what it calls itself decides nothing', async () => {
    const edge = await envoyOf(await tokenOf(admin, 'shop', 'edge'));
    const internal = await envoyOf(await tokenOf(admin, 'shop', 'internal'), {
      fleet: 'shop/edge',
      pod: 'shop/edge-2',
    });
    for (const [envoy, fleet] of [
      [edge, 'shop/edge'],
      [internal, 'shop/internal'],
    ] as const) {
      await until(`${fleet} is ready`, async () => ((await envoy.ready()) === 200 ? true : undefined));
      const answer = await ask({ address: '127.0.0.1', port: await envoy.port(fleet), host: 'any.example' });
      expect(answer.echo?.backend).toBe('shop');
      expect(await envoy.dynamic()).toEqual(['backend', fleet]);
      expect(envoy.log()).not.toMatch(/unknown field|deprecated/i);
    }
  });

  it('exposes readiness and metrics, and nothing else of its admin interface', async () => {
    const envoy = await envoyOf(await tokenOf(admin, 'shop', 'edge'));
    await until('it is ready', async () => ((await envoy.ready()) === 200 ? true : undefined));
    const metrics = await envoy.exposed('/stats/prometheus');
    expect(metrics).toBe(200);
    for (const path of ['/config_dump', '/quitquitquit', '/ready/../config_dump', '/certs'])
      expect(await envoy.exposed(path)).toBe(404);
  });
});

describe('an Envoy of your own', () => {
  it('gets the configuration of the Gateway that names its ServiceAccount, with the documented files', async () => {
    const documented = (name: string): string =>
      readFileSync(join(import.meta.dirname, '../../envoy-bootstrap', name), 'utf8');
    const envoy = await envoyOf(await tokenOf(admin, 'shop', 'my-envoy'), {
      files: ({ xdsHost, xdsPort, caFile, tokenFile, directory, metricsPort, adminSocket }) => ({
        'remote.yaml': documented('remote.yaml')
          .replace('windlass.example', xdsHost)
          .replace('18000', String(xdsPort))
          .replace('19901', String(metricsPort))
          .replaceAll('/run/windlass/admin.sock', adminSocket)
          .replaceAll('/etc/windlass', directory),
        'ca-secret.json': documented('ca-secret.json')
          .replace('/etc/windlass/ca.pem', caFile)
          .replace('/etc/windlass', dirname(caFile)),
        'token-secret.json': documented('token-secret.json')
          .replace('/etc/windlass/token', tokenFile)
          .replace('/etc/windlass', dirname(tokenFile)),
      }),
    });
    await until('it is ready', async () => ((await envoy.ready()) === 200 ? true : undefined));
    expect(await envoy.dynamic()).toEqual(['backend', 'shop/edge']);
  });
});

describe('a token that is not good', () => {
  it.each([
    ['for another audience', 'wrong_audience', () => tokenOf(admin, 'shop', 'edge', 'somebody-else')],
    ["of another namespace's ServiceAccount", 'no_fleet', () => tokenOf(admin, 'other', 'edge')],
    [
      'that has expired',
      'expired',
      async () => ending(await tokenOf(admin, 'shop', 'edge'), Date.now() - 1000, server),
    ],
  ])('%s gets an Envoy nothing', async (_name, reason, make) => {
    const before = refusals(reason);
    const token = await make();
    const envoy = await envoyOf(token);
    await until('it was refused twice', () => (refusals(reason) >= before + 2 ? true : undefined));
    expect(await envoy.dynamic()).toEqual([]);
    expect(await envoy.ready().catch(() => 0)).not.toBe(200);
    expect(replica.logged.filter((line) => line.includes(`"reason":"${reason}"`))).toHaveLength(1);
    expect(replica.logged.join('\n')).not.toContain(token.slice(-40));
  });

  it.each([
    ['none', 'no_token', status.UNAUTHENTICATED, () => ''],
    ['made up', 'malformed', status.UNAUTHENTICATED, () => 'made-up'],
    ['for the API server', 'wrong_audience', status.UNAUTHENTICATED, () => ownToken],
    ['changed after it was signed', 'forged', status.UNAUTHENTICATED, forged],
    [
      'of a ServiceAccount that is gone',
      'not_accepted',
      status.UNAUTHENTICATED,
      async () => {
        const token = await tokenOf(admin, 'shop', 'doomed');
        await admin.call({ method: 'DELETE', path: '/api/v1/namespaces/shop/serviceaccounts/doomed' });
        return token;
      },
    ],
    [
      "of another namespace's ServiceAccount",
      'no_fleet',
      status.PERMISSION_DENIED,
      () => tokenOf(admin, 'other', 'edge'),
    ],
  ])('%s is told so', async (_name, reason, code, make) => {
    const before = refusals(reason);
    const end = await ended(await make());
    expect(end.code).toBe(code);
    expect(end.details).not.toBe('');
    expect(refusals(reason)).toBe(before + 1);
  });
});

describe('an API server that is away', () => {
  it('keeps out nobody whom it would have let in, and lets in nobody whom it had refused', async () => {
    const [seen, unseen, foreign] = [
      await tokenOf(admin, 'shop', 'edge'),
      await tokenOf(admin, 'shop', 'edge'),
      await tokenOf(admin, 'other', 'edge'),
    ];
    await admin.call({
      method: 'POST',
      path: '/api/v1/namespaces/shop/serviceaccounts',
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'doomed' } },
    });
    const revoked = await tokenOf(admin, 'shop', 'doomed');
    await admin.call({ method: 'DELETE', path: '/api/v1/namespaces/shop/serviceaccounts/doomed' });
    expect((await ended(revoked)).code).toBe(status.UNAUTHENTICATED);
    const edge = await envoyOf(seen);
    await until('it is ready', async () => ((await edge.ready()) === 200 ? true : undefined));

    await server.stop();
    try {
      for (const token of [seen, unseen]) {
        const envoy = await envoyOf(token);
        await until('it is ready', async () => ((await envoy.ready()) === 200 ? true : undefined));
        expect(await envoy.dynamic()).toEqual(['backend', 'shop/edge']);
      }
      expect((await ended(revoked)).code).toBe(status.UNAUTHENTICATED);
      expect((await ended(foreign)).code).toBe(status.PERMISSION_DENIED);
    } finally {
      await server.start();
    }
    expect(replica.logged.some((line) => line.startsWith('error token review failed'))).toBe(true);
    expect(await reviews('signature')).toBeGreaterThan(0);
    const before = await reviews('accepted');
    await until('the API server is asked again', async () => {
      await replica.security.authenticate(await tokenOf(admin, 'shop', 'edge'));
      return (await reviews('accepted')) > before ? true : undefined;
    });
  });
});
