import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { run } from '../../src/cli/run.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { createAuthority } from '../harness/authority.js';

jest.setTimeout(120_000);
const NAMESPACE = 'windlass-system';
const place = mkdtempSync(join(tmpdir(), 'windlass-forward-'));

let server: ApiServer;
let client: ApiClient;
let kubelet: Server;
/** The debug endpoint of each pod, by its name. */
const endpoints = new Map<string, Server>();

const LABELS = { 'app.kubernetes.io/name': 'windlass', 'app.kubernetes.io/component': 'control-plane' };
const stream = (node: string): object => ({
  ...{ node, version: '1.40.0', protocol: 'delta', connectedAt: '2030-01-01T00:00:00Z' },
  ...{ current: true, accepted: true, refused: '', rejected: [] },
});

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
  writeFileSync(join(place, 'kubeconfig'), server.kubeconfig.exportConfig());
  kubelet = await startKubelet();
  const { port } = kubelet.address() as AddressInfo;
  await post('/api/v1/namespaces', { kind: 'Namespace', metadata: { name: NAMESPACE } });
  await post('/api/v1/nodes', { kind: 'Node', metadata: { name: 'node' } });
  await client.call({
    method: 'PATCH',
    path: '/api/v1/nodes/node/status',
    contentType: 'application/merge-patch+json',
    body: {
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: port } },
      },
    },
  });
}, 900_000);

afterAll(async () => {
  for (const each of [kubelet, ...endpoints.values()]) {
    each.closeAllConnections();
    each.close();
  }
  client.close();
  await server.dispose();
  rmSync(place, { recursive: true, force: true });
}, 60_000);

const post = async (path: string, body: object): Promise<unknown> =>
  await client.call({ method: 'POST', path, body: { apiVersion: 'v1', ...body } });

/** A pod on the node that is ready, and the debug endpoint in it. */
async function pod(name: string, answers: Readonly<Record<string, unknown>>): Promise<void> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
  const spec = { nodeName: 'node', containers: [{ name: 'windlass', image: 'windlass' }] };
  // Without its controller no ServiceAccount is made, and none is needed.
  const account = { serviceAccountName: 'windlass', automountServiceAccountToken: false };
  await post(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, {
    kind: 'ServiceAccount',
    metadata: { name: 'windlass' },
  }).catch(() => undefined); // It is there from the first pod on.
  await post(path, { kind: 'Pod', metadata: { name, labels: LABELS }, spec: { ...spec, ...account } });
  await client.call({
    method: 'PATCH',
    path: `${path}/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
  });
  const endpoint = createHttpServer((request, response) => {
    const body = request.headers.host === '127.0.0.1:19000' ? answers[request.url ?? ''] : undefined;
    response.statusCode = body === undefined ? 404 : 200;
    response.end(JSON.stringify(body ?? 'nothing'));
  });
  await once(endpoint.listen(0, '127.0.0.1'), 'listening');
  endpoints.set(name, endpoint);
}

/**
 * The part of a kubelet that forwards ports over WebSocket: channel 0 is data, 1 is errors; each begins with the port, two bytes, little-endian.
 * Source: kubelet/pkg/cri/streaming/portforward/websocket.go.
 */
async function startKubelet(): Promise<Server> {
  const { certificate, key } = await createAuthority().then((authority) =>
    authority.issue('127.0.0.1', 'ecdsa'),
  );
  const made = createHttpsServer({ cert: certificate, key });
  made.on('upgrade', (request, socket: Socket) => {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const port = Number(url.searchParams.get('port') ?? url.searchParams.get('ports'));
    const name = url.pathname.split('/')[3] ?? '';
    const secret = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(secret).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n`,
    );
    forward(socket, name, port);
  });
  await once(made.listen(0, '127.0.0.1'), 'listening');
  return made;
}

function forward(socket: Socket, name: string, port: number): void {
  const send = (channel: number, data: Buffer): void => {
    const payload = Buffer.concat([Buffer.from([channel]), data]);
    const header =
      payload.length < 126
        ? Buffer.from([0x82, payload.length])
        : Buffer.from([0x82, 126, payload.length >> 8, payload.length & 255]);
    socket.write(Buffer.concat([header, payload]));
  };
  const prefix = Buffer.from([port & 255, port >> 8]);
  send(0, prefix);
  send(1, prefix);
  socket.on('error', () => undefined);
  const at = endpoints.get(name)?.address() as AddressInfo | undefined;
  if (at === undefined || port !== 19000) {
    send(1, Buffer.from(`unable to connect to port ${port} of ${name}: connection refused`));
    return;
  }
  const inner = connect(at.port, '127.0.0.1');
  // In pieces, as a network has them.
  inner.on('data', (data: Buffer) => {
    for (let from = 0; from < data.length; from += 40_000) send(0, data.subarray(from, from + 40_000));
  });
  inner.on('close', () => socket.end(Buffer.from([0x88, 0])));
  inner.on('error', () => undefined);
  let rest = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (let frame = unframed(rest); frame !== undefined; frame = unframed(rest)) {
      rest = rest.subarray(frame.length);
      if (frame.opcode === 8) inner.end();
      else inner.write(frame.payload.subarray(1));
    }
  });
  socket.on('close', () => inner.destroy());
}

/** One masked frame, as clients send them; undefined: there is no whole one yet. */
function unframed(
  data: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly length: number } | undefined {
  if (data.length < 6) return undefined;
  const short = data.readUInt8(1) & 127;
  const at = short === 126 ? 4 : 2;
  if (data.length < at + 4) return undefined;
  const size = short === 126 ? data.readUInt16BE(2) : short;
  const length = at + 4 + size;
  if (data.length < length) return undefined;
  const mask = data.subarray(at, at + 4);
  const payload = data.subarray(at + 4, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { opcode: data.readUInt8(0) & 15, payload: Buffer.from(payload), length };
}

async function windlass(
  ...argv: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const code = await run([...argv, '--kubeconfig', join(place, 'kubeconfig')], {
    stdout: { isTerminal: false, write: (text) => void (written.stdout += text) },
    stderr: { isTerminal: false, write: (text) => void (written.stderr += text) },
    surroundings: { env: {}, cwd: place, home: place },
    stopRequested: Promise.resolve('SIGTERM'),
  });
  return { code, ...written };
}

describe('a control plane in a cluster', () => {
  it('is said to be missing, with what was looked for and where', async () => {
    const { code, stderr } = await windlass('status');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^windlass: CONTROL_PLANE_UNREACHABLE: no pod has the labels app\.kubernetes\.io\/name=windlass,.* in the namespace windlass-system of https:\/\/127\.0\.0\.1:\d+; give another/,
    );
  });

  it('is asked over port forwarding: the replica that holds the Lease', async () => {
    const fleet = { fleet: 'shop/edge', addresses: ['198.51.100.7'], ports: [], resources: {}, envoys: [] };
    const big = { 'shop/edge': { routes: [{ name: 'r'.repeat(200_000) }] } };
    await pod('windlass-a', { '/status': [], '/fleets': [{ ...fleet, streams: [stream('one')] }] });
    const gateway = {
      kind: 'Gateway',
      ref: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop', name: 'edge' },
      status: { addresses: [{ value: '198.51.100.7' }], listeners: [], conditions: [] },
    };
    const leader = { '/status': [gateway], '/fleets': [{ ...fleet, streams: [stream('two')] }] };
    await pod('windlass-b', { ...leader, '/config?': big });
    const lease = { metadata: { name: 'windlass-controller' }, spec: { holderIdentity: 'windlass-b' } };
    await client.call({
      method: 'POST',
      path: `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`,
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...lease },
    });
    expect(await windlass('status')).toMatchObject({
      stdout: expect.stringMatching(/^Gateway shop\/edge/),
      stderr: '',
    });
  });

  it('tells the Envoys of all its replicas', async () => {
    const { stdout, stderr } = await windlass('fleets');
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /two +Envoy 1\.40\.0 +at windlass-b +current\n +one +Envoy 1\.40\.0 +at windlass-a +current/,
    );
  });

  it('gives answers of any size', async () => {
    const { stdout } = await windlass('config', '-o', 'json');
    expect(stdout.length).toBeGreaterThan(200_000);
  });

  it('is told to be unreachable in the words of the kubelet', async () => {
    const { code, stderr } = await windlass('status', '--pod-port', '19001');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /port 19001 of pod windlass-system\/windlass-b cannot be reached: unable to connect to port 19001 of windlass-b: connection refused/,
    );
  });

  it('is not found where no pod is ready', async () => {
    const { stderr } = await windlass('status', '--selector', 'app=other');
    expect(stderr).toContain('no pod has the labels app=other');
  });
});
