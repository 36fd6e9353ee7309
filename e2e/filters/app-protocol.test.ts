import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { startWebSocketBackend, webSocketEcho } from '../harness/web-socket.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';

// GEP-1911, and what HTTPRouteBackendProtocolH2C and -WebSocket of the conformance suite ask for.

const port = 8080;
let windlass: Standalone;
let plain: Backend;
let h2c: Backend;
let webSocket: Backend;
let address: string;

/** By the name of the Service, which is also the path that leads there. */
const PROTOCOLS = {
  plain: 'http',
  h2c: 'kubernetes.io/h2c',
  ws: 'kubernetes.io/ws',
  wss: 'kubernetes.io/wss',
  https: 'https',
  odd: 'example.com/odd',
} as const;

beforeAll(async () => {
  [plain, h2c, webSocket] = await Promise.all([
    startBackend('plain'),
    startBackend('h2c', 'http2'),
    startWebSocketBackend('ws'),
  ]);
  const ports: Readonly<Record<string, number>> = { h2c: h2c.port, ws: webSocket.port };
  const rules = Object.keys(PROTOCOLS).map(
    (name) => `
    - matches: [{ path: { type: PathPrefix, value: /${name} } }]
      backendRefs: [{ name: ${name}, port: 80 }]`,
  );
  const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: protocols }
spec:
  parentRefs: [{ name: edge }]
  rules:${rules.join('')}
`;
  const services = Object.entries(PROTOCOLS).map(([name, protocol]) =>
    service(name, ports[name] ?? plain.port, 'default', protocol),
  );
  windlass = new Standalone({ 'all.yaml': documents(gateway('edge', port), ...services, route) });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await Promise.all([plain, h2c, webSocket].map((backend) => backend.close()));
}, 60_000);

describe('the appProtocol of a Service port', () => {
  it('kubernetes.io/h2c is spoken to with HTTP/2 in clear text, whatever the client speaks', async () => {
    expect((await ask({ address, port, host: 'a.test', path: '/h2c/1' })).echo?.backend).toBe('h2c');
    const session = connect(`http://${address}:${port}`);
    const stream = session.request({ ':authority': 'a.test', ':path': '/h2c/2' });
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    session.destroy();
    expect(headers[':status']).toBe(200);
    expect(h2c.received.map(({ path }) => path)).toEqual(['/h2c/1', '/h2c/2']);
  });

  it.each(['/ws', '/ws/x'])('kubernetes.io/ws passes a WebSocket through (%s)', async (path) => {
    expect(await webSocketEcho({ address, port, host: 'a.test', path }, 'ping')).toBe('ping');
  });

  it.each(['wss', 'https', 'odd'])(
    'that cannot be spoken – %s – answers 500 and never gets clear text',
    async (name) => {
      expect((await ask({ address, port, host: 'a.test', path: `/${name}` })).status).toBe(500);
      expect(plain.received.filter(({ path }) => path === `/${name}`)).toEqual([]);
    },
  );

  it('that cannot be spoken is named in the status of the route', async () => {
    const conditions = (await windlass.status('HTTPRoute', 'protocols'))?.parents?.[0]?.conditions ?? [];
    const resolved = conditions.find(({ type }) => type === 'ResolvedRefs');
    expect(resolved).toMatchObject({ status: 'False', reason: 'UnsupportedProtocol' });
    for (const name of ['wss', 'https', 'odd'] as const) expect(resolved?.message).toContain(PROTOCOLS[name]);
    expect(resolved?.message).toContain('BackendTLSPolicy');
    expect((await ask({ address, port, host: 'a.test', path: '/plain' })).echo?.backend).toBe('plain');
  });
});
