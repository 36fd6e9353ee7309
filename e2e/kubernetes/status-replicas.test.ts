import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { issueCertificate } from '../../src/certificates/index.js';
import { followReplicaAddresses, followReplicas, startDigestServer } from '../../src/cli/replicas/index.js';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { ofAllReplicas, type FleetAcknowledgements } from '../../src/status/index.js';
import { createMetrics, silentLogger } from '../../src/telemetry/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { until } from '../harness/until.js';

jest.setTimeout(120_000);

const NAME = 'windlass-xds.windlass-system.svc';
const AUDIENCE = 'windlass-replica';
const IN_DEFAULT = '/api/v1/namespaces/default';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

let server: ApiServer;
let client: ApiClient;

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
  for (const name of ['windlass', 'other']) {
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
    await client.call({ method: 'POST', path: `${IN_DEFAULT}/serviceaccounts`, body });
  }
}, 900_000);

afterAll(async () => {
  client.close();
  await server.dispose();
}, 60_000);

async function tokenOf(account: string, audience: string): Promise<string> {
  const body = {
    ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
    spec: { audiences: [audience], expirationSeconds: 600 },
  };
  const path = `${IN_DEFAULT}/serviceaccounts/${account}/token`;
  const made = (await client.call({ method: 'POST', path, body })) as {
    readonly status: { readonly token: string };
  };
  return made.status.token;
}

/** By TokenReview: our audience, our ServiceAccount. */
async function isReplica(token: string): Promise<boolean> {
  const body = {
    ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' },
    spec: { token, audiences: [AUDIENCE] },
  };
  const { status } = (await client.call({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body,
  })) as {
    readonly status: { readonly authenticated?: boolean; readonly user?: { readonly username?: string } };
  };
  return status.authenticated === true && status.user?.username === 'system:serviceaccount:default:windlass';
}

const digest = (connected: number, accepted: number): FleetAcknowledgements => ({
  ...{
    fleet: 'ns/gw',
    connected,
    counted: connected,
    accepted: { '': { generation: 1, count: accepted } },
    rejected: [],
  },
});

describe('two replicas', () => {
  it('count the Envoys of both, and each knows what the other heard', async () => {
    const issued = await issueCertificate({ hosts: [NAME], days: 1, keyType: 'ecdsa', now: new Date() });
    const replica = async (own: FleetAcknowledgements) => {
      const digests = await startDigestServer({
        ...{ host: '127.0.0.1', port: 0, authenticate: isReplica, logger: silentLogger },
        certificate: { cert: issued.certificate, key: issued.key },
      });
      digests.publish(new Map([[own.fleet, own]]));
      return digests;
    };
    const follower = (port: number, token: () => Promise<string>) => {
      const followed = followReplicas({
        ...{ port, serverName: NAME, token, ca: () => Promise.resolve(issued.ca), onChange: () => undefined },
        ...{ logger: silentLogger, metrics: createMetrics(), limits: { longestWaitMs: 200 } },
      });
      followed.follow(['127.0.0.1']);
      return followed;
    };
    const [a, b] = [await replica(digest(2, 2)), await replica(digest(3, 1))];
    const token = (): Promise<string> => tokenOf('windlass', AUDIENCE);
    const [ofA, ofB] = [follower(b.port, token), follower(a.port, token)];
    const together = (own: FleetAcknowledgements, replicas: typeof ofA) => {
      const { digests, unknown } = replicas.others(own.fleet);
      const { connected, accepted } = ofAllReplicas(own, digests, unknown);
      return [connected, accepted['']?.count];
    };
    await until('a knows all', () => (together(digest(2, 2), ofA)[0] === 5 ? true : undefined));
    await until('b knows all', () => (together(digest(3, 1), ofB)[0] === 5 ? true : undefined));
    expect([together(digest(2, 2), ofA), together(digest(3, 1), ofB)]).toEqual([
      [5, 3],
      [5, 3],
    ]);
    b.publish(new Map([['ns/gw', digest(3, 3)]]));
    await until('a knows that all have accepted', () =>
      together(digest(2, 2), ofA)[1] === 5 ? true : undefined,
    );

    const strangers = [
      follower(a.port, () => tokenOf('windlass', 'windlass-xds')),
      follower(a.port, () => tokenOf('other', AUDIENCE)),
      follower(a.port, () => Promise.resolve('nonsense')),
    ];
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const stranger of strangers) expect(stranger.others('ns/gw').digests).toEqual([]);
    for (const each of [ofA, ofB, ...strangers]) each.stop();
    await a.close();
    await b.close();
  });

  it('find each other by the EndpointSlices of their Service', async () => {
    const told: (readonly string[])[] = [];
    const followed = followReplicaAddresses({
      ...{
        client,
        namespace: 'default',
        service: 'windlass-replicas',
        own: '10.0.0.1',
        logger: silentLogger,
      },
      onChange: (addresses) => told.push(addresses),
    });
    const write = async (
      method: 'POST' | 'PUT',
      name: string,
      service: string,
      ...addresses: readonly string[]
    ) => {
      const body = {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { name, labels: { 'kubernetes.io/service-name': service } },
        endpoints: addresses.map((address) => ({ addresses: [address], conditions: { serving: true } })),
      };
      await client.call({ method, path: method === 'PUT' ? `${SLICES}/${name}` : SLICES, body });
    };
    await until('that there are none is known', () => (told.length === 1 ? true : undefined));
    await write('POST', 'ours', 'windlass-replicas', '10.0.0.1', '10.0.0.2');
    await write('POST', 'theirs', 'another', '10.0.0.9');
    await until('one is known', () => (told.at(-1)?.join() === '10.0.0.2' ? true : undefined));
    await write('PUT', 'ours', 'windlass-replicas', '10.0.0.1', '10.0.0.3', '10.0.0.2');
    await until('both are known', () => (told.at(-1)?.join() === '10.0.0.2,10.0.0.3' ? true : undefined));
    await client.call({ method: 'DELETE', path: `${SLICES}/ours` });
    await until('nobody is left', () => (told.at(-1)?.length === 0 ? true : undefined));
    expect(told).toHaveLength(4);
    followed.stop();
  });
});
