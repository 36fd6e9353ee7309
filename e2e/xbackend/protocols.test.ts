import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caConfigMap } from '../backend-tls/objects.js';
import { createAuthority } from '../harness/authority.js';
import { type Backend, startBackend } from '../harness/backend.js';
import { call, startGrpcBackend, type GrpcBackend } from '../harness/grpc.js';
import { ask } from '../harness/request.js';
import { startTlsBackend, type Arrival, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { startWebSocketBackend, webSocketEcho } from '../harness/web-socket.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, tlsSecret } from '../harness/yaml.js';
import { pod, ref, routeTo, selector, tls, xBackend } from './objects.js';

// XBackend.spec.protocol and .tls: what is spoken, whom it trusts and what it presents.

const port = 8080;
let windlass: Standalone;
let address: string;
let h2c: Backend;
let plain: Backend;
let calls: GrpcBackend;
let webSocket: Backend;
/** By the name of their XBackends. */
let secure: Readonly<Record<'server' | 'client' | 'http2' | 'other', TlsBackend>>;

beforeAll(async () => {
  const [ca, clients] = await Promise.all([createAuthority(), createAuthority()]);
  const pair = await ca.issue('a.test', 'ecdsa');
  const [own, ofGateway] = await Promise.all([
    clients.issue('backend.test', 'ecdsa'),
    clients.issue('gateway.test', 'ecdsa'),
  ]);
  const clientCa = clients.certificate;
  [plain, h2c, calls, webSocket] = await Promise.all([
    startBackend('plain'),
    startBackend('h2c', 'http2'),
    startGrpcBackend('calls', ['/shop.Cart/Add']),
    startWebSocketBackend('wss', pair),
  ]);
  const [server, client, http2, other] = await Promise.all([
    startTlsBackend('server', pair),
    startTlsBackend('client', pair, { clientCa }),
    startTlsBackend('http2', pair, { protocol: 'http2' }),
    startTlsBackend('other', pair, { clientCa }),
  ]);
  secure = { server, client, http2, other };
  const ports: Readonly<Record<string, readonly [number, string]>> = {
    plain: [plain.port, ', protocol: HTTP11'],
    h2c: [h2c.port, ', protocol: H2C'],
    calls: [calls.port, ', protocol: GRPC'],
    unsaid: [calls.port, ''],
    wss: [webSocket.port, `, protocol: WSS${tls()}`],
    server: [server.port, tls()],
    http2: [http2.port, `, protocol: HTTP2${tls()}`],
    client: [client.port, tls({ client: 'own' })],
    // Asks for a certificate, and the XBackend says that none is presented.
    other: [other.port, tls()],
    misnamed: [server.port, tls({ hostname: 'b.test' })],
    uncertified: [client.port, tls({ client: 'missing' })],
    mcp: [plain.port, ', protocol: MCP'],
    tcp: [plain.port, ', protocol: TCP'],
  };
  const grpc = `
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: calls }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [calls.test, unsaid.test, plain.test]
  rules:
  - { matches: [{ headers: [{ name: to, value: calls }] }], backendRefs: [${ref('calls')}] }
  - { matches: [{ headers: [{ name: to, value: unsaid }] }], backendRefs: [${ref('unsaid')}] }
  - { matches: [{ headers: [{ name: to, value: plain }] }], backendRefs: [${ref('plain')}] }
`;
  windlass = new Standalone({
    'all.yaml': documents(
      // The Gateway has a certificate of its own; no XBackend presents it.
      gateway('edge', port).trimEnd() + '\n  tls: { backend: { clientCertificateRef: { name: gateway } } }\n',
      tlsSecret('gateway', ofGateway.certificate, ofGateway.key),
      tlsSecret('own', own.certificate, own.key),
      caConfigMap('ca', ca.certificate),
      ...Object.entries(ports).flatMap(([name, [number, more]]) => [
        selector(name, number, more),
        pod(name, name, '127.0.0.1'),
      ]),
      xBackend(
        'external',
        `type: ExternalHostname, port: { number: ${server.port} }, externalHostname: { hostname: localhost }${tls()}`,
      ),
      routeTo(['external', ...Object.keys(ports).filter((name) => name !== 'calls' && name !== 'unsaid')]),
      grpc,
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  calls.close();
  await Promise.all([plain, h2c, webSocket, ...Object.values(secure)].map((backend) => backend.close()));
}, 60_000);

const what = (name: string) => ({ address, port, host: 'shop.test', path: `/${name}` });

async function arrivalAt(name: string): Promise<Arrival> {
  return await until(`${name} to answer 200`, async () => {
    const { status, body } = await ask(what(name));
    if (status !== 200) throw new Error(`${status} ${body}`);
    return JSON.parse(body) as Arrival;
  });
}

async function accepted(name: string): Promise<readonly string[] | undefined> {
  const conditions = (await windlass.status('XBackend', name))?.ancestors?.[0]?.conditions;
  return conditions?.map(({ status, reason }) => `${status} ${reason}`);
}

describe('the protocol of an XBackend', () => {
  it('HTTP11 is HTTP/1.1, H2C is HTTP/2 in clear text, whatever the client speaks', async () => {
    expect((await ask(what('plain'))).echo?.backend).toBe('plain');
    expect((await ask(what('h2c'))).echo?.backend).toBe('h2c');
  });

  it.each(['calls', 'unsaid'])('calls are HTTP/2: %s', async (to) => {
    const answer = await call({
      address,
      port,
      host: `${to}.test`,
      path: '/shop.Cart/Add',
      metadata: { to },
    });
    expect([answer.status, answer.echo?.backend]).toEqual(['OK', 'calls']);
  });

  it('HTTP11 cannot carry calls: UNAVAILABLE, and the GRPCRoute says so', async () => {
    const metadata = { to: 'plain' };
    const answer = await call({ address, port, host: 'plain.test', path: '/shop.Cart/Add', metadata });
    expect(answer.status).toBe('UNAVAILABLE');
    const route = await windlass.status('GRPCRoute', 'calls');
    const resolved = route?.parents?.[0]?.conditions.find(({ type }) => type === 'ResolvedRefs');
    expect(resolved).toMatchObject({ status: 'False', reason: 'UnsupportedProtocol' });
  });

  it('WSS is an upgrade inside TLS', async () => {
    expect(await webSocketEcho(what('wss'), 'hello')).toBe('hello');
  });

  it.each(['mcp', 'tcp'])('%s is refused: 500', async (name) => {
    expect((await ask(what(name))).status).toBe(500);
    expect((await ask(what('plain'))).status).toBe(200);
  });

  it('that is not supported is told by the XBackend', async () => {
    expect(await accepted('mcp')).toEqual(['False UnsupportedProtocol', 'True ResolvedRefs']);
    expect(await accepted('tcp')).toEqual(['True Accepted', 'True ResolvedRefs']);
  });
});

describe('TLS of an XBackend', () => {
  it('in mode ServerOnly verifies the server', async () => {
    expect(await arrivalAt('server')).toMatchObject({ over: 'a.test', protocol: '1.1' });
    expect(await arrivalAt('http2')).toMatchObject({ over: 'a.test', protocol: '2.0' });
    // The name of the certificate is not the name that is resolved.
    expect(await arrivalAt('external')).toMatchObject({ over: 'a.test' });
    expect(await accepted('server')).toEqual(['True Accepted', 'True ResolvedRefs']);
  });

  it('in mode ServerOnly presents nothing, not even what the Gateway has', async () => {
    expect((await ask(what('other'))).status).toBe(503);
    expect(secure.other.arrivals).toEqual([]);
  });

  it("in mode ClientAndServer presents the XBackend's own certificate", async () => {
    expect(await arrivalAt('client')).toMatchObject({ over: 'a.test', client: 'backend.test' });
  });

  it('without the client certificate that it names answers 500, and the XBackend says so', async () => {
    expect((await ask(what('uncertified'))).status).toBe(500);
    expect(await accepted('uncertified')).toEqual(['True Accepted', 'False InvalidClientCertificateRef']);
  });

  it('that does not fit the certificate answers 503, and nothing arrives', async () => {
    const before = secure.server.arrivals.length;
    expect((await ask(what('misnamed'))).status).toBe(503);
    expect(secure.server.arrivals.slice(before)).toEqual([]);
  });

  it('never sends anything in clear text', () => {
    expect(Object.values(secure).map((backend) => backend.plaintextConnections())).toEqual([0, 0, 0, 0]);
  });
});
