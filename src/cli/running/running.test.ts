import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { Folder, type Ran } from '../testing/run-in.js';

const folder = new Folder();
const servers: Server[] = [];
afterAll(() => folder.remove());
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
});

/** A debug endpoint that answers these paths. */
async function endpoint(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    const body = answers[request.url ?? ''];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? 'nothing'));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const run = async (
  command: string,
  answers: Readonly<Record<string, unknown>>,
  ...more: string[]
): Promise<Ran> => await folder.run([command, '--address', await endpoint(answers), ...more]);

const condition = (type: string, status: 'True' | 'False', reason = type) => ({
  ...{ type, status, reason, message: 'why' },
  lastTransitionTime: '2030-01-01T00:00:00Z',
});
const statuses = (accepted: 'True' | 'False') => [
  {
    kind: 'HTTPRoute',
    ref: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop', name: 'web' },
    status: {
      parents: [
        {
          parentRef: { name: 'edge' },
          controllerName: 'c',
          conditions: [condition('Accepted', accepted, accepted === 'True' ? 'Accepted' : 'NotAllowed')],
        },
      ],
    },
  },
  {
    kind: 'Gateway',
    ref: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop', name: 'edge' },
    status: {
      addresses: [{ type: 'IPAddress', value: '198.51.100.7' }],
      conditions: [condition('Programmed', 'True')],
      listeners: [],
      attachedListenerSets: 0,
    },
  },
];

const stream = (more: object) => ({
  ...{ node: 'shop/edge-1', version: '1.40.0', protocol: 'delta', connectedAt: '2030-01-01T00:00:00Z' },
  ...{ current: true, accepted: true, refused: '', rejected: [], ...more },
});
const fleet = (...streams: readonly object[]) => ({
  fleet: 'shop/edge',
  addresses: ['198.51.100.7'],
  ports: [{ port: 80, bindPort: 80, protocol: 'HTTP', listeners: ['http'] }],
  ...{ version: 'v', resources: {}, envoys: [], streams },
});

describe('windlass status', () => {
  it('prints Gateways with their addresses first, and exits with 0 when all is served as written', async () => {
    expect(await run('status', { '/status': statuses('True') })).toEqual({
      code: 0,
      stdout: 'Gateway shop/edge  198.51.100.7  programmed\n',
      stderr: '',
    });
  });

  it('prints what is not served as written with its reason, and exits with 1', async () => {
    const { code, stdout } = await run('status', { '/status': statuses('False') });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Gateway .*\nHTTPRoute shop\/web at edge +NotAllowed: why\n$/);
  });

  it('prints the statuses as they are with -o json', async () => {
    const { stdout } = await run('status', { '/status': statuses('True') }, '-o', 'json');
    expect(JSON.parse(stdout)).toEqual(statuses('True'));
  });

  it('says so when there is nothing', async () => {
    expect((await run('status', { '/status': [] })).stdout).toBe('No Gateway of class windlass.\n');
  });
});

describe('windlass fleets', () => {
  it.each([
    [stream({}), 0, 'current'],
    [stream({ current: false }), 0, 'current but for removals'],
    [stream({ current: false, accepted: false }), 0, 'has not taken the newest yet'],
    [stream({ refused: 'Envoy 1.39 is too old' }), 1, 'gets nothing: Envoy 1.39 is too old'],
  ])('prints what an Envoy has taken: %#', async (one, code, text) => {
    const ran = await run('fleets', { '/fleets': [fleet(one)] });
    expect(ran.code).toBe(code);
    expect(ran.stdout.split('\n')).toEqual([
      'shop/edge      198.51.100.7  80/HTTP',
      `  shop/edge-1  Envoy 1.40.0           ${text}`,
      '',
    ]);
  });

  it('prints what an Envoy rejects, and exits with 1', async () => {
    const rejected = [{ type: 'listener', name: 'l', message: 'odd port' }];
    const { code, stdout } = await run('fleets', { '/fleets': [fleet(stream({ rejected }))] });
    expect(code).toBe(1);
    expect(stdout).toContain('rejects listener l: odd port');
  });

  it('says so when no Envoy is connected, or nothing is there', async () => {
    expect((await run('fleets', { '/fleets': [fleet()] })).stdout).toContain('no Envoy is connected');
    expect((await run('fleets', { '/fleets': [] })).stdout).toBe('No Gateway of class windlass.\n');
  });

  it('prints what the endpoint says with -o json, with the replica of each stream', async () => {
    const { stdout } = await run('fleets', { '/fleets': [fleet(stream({}))] }, '-o', 'json');
    const replica = expect.stringMatching(/^http:\/\/127\.0\.0\.1:/);
    expect(JSON.parse(stdout)).toEqual([fleet({ ...stream({}), replica })]);
  });
});

describe('windlass config of a running control plane', () => {
  const shown = { 'shop/edge': { routes: [{ name: 'r', version: 'v', config: {} }] } };

  it('prints all of it as YAML', async () => {
    const { code, stdout } = await run('config', { '/config?': shown });
    expect({ code, shown: parse(stdout) as unknown }).toEqual({ code: 0, shown });
  });

  it('asks for one Gateway and one type', async () => {
    const answers = { '/fleets': [fleet()], '/config?fleet=shop%2Fedge&type=routes': shown };
    const more = ['--fleet', 'shop/edge', '--type', 'routes', '-o', 'json'];
    expect(JSON.parse((await run('config', answers, ...more)).stdout)).toEqual(shown);
  });

  it('says which Gateways there are when asked for another', async () => {
    const { code, stderr } = await run('config', { '/fleets': [fleet()] }, '--fleet', 'shop/no');
    expect(code).toBe(2);
    expect(stderr).toContain('Gateway shop/no is not served; served are shop/edge');
  });
});

describe('a control plane that does not answer', () => {
  it('is told in one line, with the reason', async () => {
    const gone = await endpoint({});
    const [server] = servers.splice(0);
    server?.close();
    const { code, stderr } = await folder.run(['status', '--address', gone]);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^windlass: CONTROL_PLANE_UNREACHABLE: http:\/\/127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.*\n$/,
    );
  });

  it('is told when something else answers', async () => {
    expect((await run('status', {})).stderr).toMatch(/answers \/status with 404: "nothing"\n$/);
    expect((await run('status', { '/status': '<html>' })).stderr).toMatch(/what is no JSON; is it the debug/);
  });

  it('is told when there is no kubeconfig', async () => {
    expect((await folder.run(['status'])).stderr).toMatch(
      /^windlass: KUBECONFIG: .*\.kube\/config does not exist/,
    );
  });
});
