import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type KeyPair } from '../harness/authority.js';
import { ask, startLoad } from '../harness/request.js';
import { startTlsBackend, type Arrival, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, service, tlsSecret } from '../harness/yaml.js';
import { caConfigMap, policy, routeTo } from './objects.js';

// Gateway.spec.tls.backend, and what BackendClientCertificate and GatewayInvalidTLSBackendConfiguration of the conformance suite ask for.

const port = 8080;
let windlass: Standalone;
let address: string;
/** Asks for a client certificate. */
let strict: TlsBackend;
/** Does not. */
let open: TlsBackend;

const edge = (tls: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: ${port}, protocol: HTTP }]
  ${tls}
`;
const presenting = edge('tls: { backend: { clientCertificateRef: { name: client } } }');

const secret = ({ certificate, key }: KeyPair): string => tlsSecret('client', certificate, key);

beforeAll(async () => {
  const [ca, clients] = await Promise.all([createAuthority(), createAuthority()]);
  const pair = await ca.issue('a.test', 'ecdsa');
  [strict, open] = await Promise.all([
    startTlsBackend('strict', pair, { clientCa: clients.certificate }),
    startTlsBackend('open', pair),
  ]);
  windlass = new Standalone({
    'gateway.yaml': edge(''),
    'secret.yaml': secret(await clients.issue('gateway.test', 'ecdsa')),
    'all.yaml': documents(
      ...[strict, open].map((backend) => service(backend.name, backend.port)),
      policy('strict'),
      policy('open'),
      caConfigMap('ca', ca.certificate),
      routeTo(['strict', 'open']),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([strict, open].map((backend) => backend.close()));
}, 60_000);

const what = (name: string) => ({ address, port, host: 'shop.test', path: `/${name}` });

async function answered(name: string, status: number): Promise<string> {
  return await until(`${name} to answer ${status}`, async () => {
    const answer = await ask(what(name));
    if (answer.status !== status) throw new Error(`${answer.status} ${answer.body}`);
    return answer.body;
  });
}

async function said(type: string): Promise<string | undefined> {
  const conditions = (await windlass.status('Gateway', 'edge'))?.conditions ?? [];
  const found = conditions.find((each) => each.type === type);
  return found && `${found.status} ${found.reason}`;
}

describe("a Gateway's client certificate", () => {
  it('is presented to backends that ask for it, and its coming and going fails no request to others', async () => {
    await answered('strict', 503);
    expect(await said('ResolvedRefs')).toBeUndefined();
    const load = startLoad(what('open'));
    for (let round = 0; round < 3; round += 1) {
      windlass.write('gateway.yaml', presenting);
      expect((JSON.parse(await answered('strict', 200)) as Arrival).client).toBe('gateway.test');
      windlass.write('gateway.yaml', edge(''));
      await answered('strict', 503);
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(50);
  }, 60_000);

  it('that is missing is told by the Gateway, which is accepted all the same', async () => {
    windlass.write('gateway.yaml', presenting);
    await answered('strict', 200);
    expect(await said('ResolvedRefs')).toBe('True ResolvedRefs');
    windlass.write('secret.yaml', '');
    await answered('strict', 503);
    await until('the status', async () =>
      (await said('ResolvedRefs')) === 'False InvalidClientCertificateRef' ? true : undefined,
    );
    expect(await said('Accepted')).toBe('True Accepted');
    await answered('open', 200);
    expect([...strict.arrivals, ...open.arrivals].filter(({ over }) => over === 'plain')).toEqual([]);
  }, 60_000);
});
