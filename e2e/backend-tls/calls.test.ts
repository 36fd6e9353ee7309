import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../harness/authority.js';
import { call, startGrpcBackend, type CallAnswer, type GrpcBackend } from '../harness/grpc.js';
import { grpcRoute, rule } from '../harness/routes.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { caConfigMap, policy } from './objects.js';

// What BackendTLSPolicyGRPCRoute of the conformance suite asks for: calls over TLS to Services that say nothing of a protocol, and never a call
// that is not verified, from the moment on at which route and policy come.

const PORT = 8080;
const PATH = '/shop.Cart/Add';
const CASES = {
  right: { policy: {}, status: 'OK' },
  'wrong-host': { policy: { hostname: 'b.test' }, status: 'UNAVAILABLE' },
  'wrong-ca': { policy: { ca: 'other' }, status: 'UNAVAILABLE' },
  'no-ca': { policy: { ca: 'none' }, status: 'UNAVAILABLE' },
} as const;

let windlass: Standalone;
let authority: Authority;
let backend: GrpcBackend;
let address: string;

beforeAll(async () => {
  authority = await createAuthority();
  backend = await startGrpcBackend('tls', [PATH], await authority.issue('a.test', 'ecdsa'));
  windlass = new Standalone({ 'gateway.yaml': gateway('edge', PORT) });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  backend.close();
}, 60_000);

const to = (name: string): Promise<CallAnswer> =>
  call({ address, port: PORT, host: `${name}.test`, path: PATH });

describe('a GRPCRoute to a Service with a BackendTLSPolicy', () => {
  it('calls over verified TLS or not at all, while everything comes and ever after', async () => {
    const names = Object.keys(CASES) as (keyof typeof CASES)[];
    const seen = new Map(names.map((name) => [name, new Set<string>()]));
    let watching = true;
    const watch = names.map(async (name) => {
      while (watching) seen.get(name)?.add((await to(name)).status);
    });
    windlass.write(
      'all.yaml',
      documents(
        caConfigMap('ca', authority.certificate),
        caConfigMap('other', (await createAuthority()).certificate),
        ...names.flatMap((name) => [
          service(name, backend.port).replace(', appProtocol: http', ''),
          policy(name, CASES[name].policy),
          grpcRoute(name, { hostnames: [`${name}.test`] }, rule([], name)),
        ]),
      ),
    );
    await until('the good one to answer', async () => ((await to('right')).status === 'OK' ? true : undefined));
    for (const name of names) {
      await until(`${name} to answer ${CASES[name].status}`, async () => {
        const { status } = await to(name);
        if (status !== CASES[name].status) throw new Error(status);
        return true;
      });
    }
    for (let i = 0; i < 5; i += 1)
      for (const name of names) expect([name, (await to(name)).status]).toEqual([name, CASES[name].status]);
    watching = false;
    await Promise.all(watch);
    for (const name of names.slice(1)) expect([name, seen.get(name)?.has('OK')]).toEqual([name, false]);
    expect(new Set(backend.received.map(({ host }) => host))).toEqual(new Set(['right.test']));
  }, 60_000); // prettier-ignore
});
