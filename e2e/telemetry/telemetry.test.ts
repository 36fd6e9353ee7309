import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { startCollector, type Collector, type ReceivedSpan } from '../harness/collector.js';
import { ask, startLoad } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { everything, telemetry, type TelemetryOptions } from './objects.js';

// What spans say, and what becomes of requests while policies and collectors come and go.

const PORT = 8080;
let windlass: Standalone;
let collector: Collector;
let web: Backend;
let address: string;
let asked = 0;

beforeAll(async () => {
  [collector, web] = await Promise.all([startCollector(), startBackend('web')]);
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', PORT),
      service('collector', collector.port),
      service('web', web.port),
      everything(['edge']),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  collector.close();
  await web.close();
}, 60_000);

const write = (options: TelemetryOptions = {}, ...more: readonly string[]): void =>
  windlass.write('policy.yaml', documents(telemetry('edge', options), ...more));

/** Asks until a request is traced as wanted, and returns its span. */
async function spanWith(
  wanted: (span: ReceivedSpan) => boolean,
  headers: readonly (readonly [string, string])[] = [],
): Promise<ReceivedSpan> {
  asked += 1;
  const path = `/round-${asked}?q=1`;
  const from = collector.spans.length;
  return await until('a span as wanted', async () => {
    await ask({ address, port: PORT, host: 'shop.test', path, headers });
    const span = collector.spans.slice(from).find(wanted);
    if (span === undefined) throw new Error(JSON.stringify(collector.spans.slice(from).at(-1)));
    return span;
  });
}

async function conditions(name: string): Promise<readonly string[]> {
  const status = await windlass.status('XTelemetryPolicy', name);
  return status?.ancestors?.[0]?.conditions.map((each) => `${each.type} ${each.status} ${each.reason}`) ?? [];
}

async function said(name: string, ...wanted: readonly string[]): Promise<void> {
  await until(`${name} to say ${wanted.join(', ')}`, async () => {
    const now = await conditions(name);
    if (!wanted.every((each) => now.includes(each))) throw new Error(now.join(', '));
    return true;
  });
}

describe('a span', () => {
  it('is named for the request and its route, and its service for the Gateway', async () => {
    write();
    const span = await spanWith(() => true);
    expect(span).toMatchObject({
      service: 'edge.default',
      name: 'GET httproute/default/all/rule/0/match/0',
      parentId: '',
    });
    await said('edge', 'Accepted True Accepted', 'ResolvedRefs True ResolvedRefs');
  }, 60_000);

  it('has the names and attributes that the policy gives it, and its export the headers', async () => {
    const standard = (key: string): string => `{ name: ${key}, sourceType: Attribute, attributeKey: ${key} }`;
    const keys = [
      'http.request.method', 'http.request.method_original', 'http.response.status_code', 'http.route',
      'user_agent.original', 'error.type', 'url.scheme', 'url.path', 'url.query', 'url.full', 'url.fragment',
      'client.address', 'client.port', 'server.address', 'server.port', 'network.peer.address', 'network.peer.port',
      'network.protocol.name', 'network.protocol.version', 'network.transport', 'network.type',
      'http.request.header.x-user', 'http.request.header.x-none', 'http.response.header.x-backend',
    ]; // prettier-ignore
    write({
      headers: '[{ name: Authorization, value: "Bearer abc" }, { name: x-tenant, value: "a, b" }]',
      more: `serviceName: shop/edge, spanName: "in and out", attributes: [
        { name: user, sourceType: Header, headerName: X-User }, { name: missing, sourceType: Header, headerName: X-None },
        { name: env, sourceType: Literal, literalValue: "100 % %REQ(:METHOD)%" }, ${keys.map(standard).join(', ')}]`,
    });
    const span = await spanWith(
      ({ name }) => name === 'in and out',
      [
        ['X-User', 'ann'],
        ['User-Agent', 'test'],
      ],
    );
    expect(span.service).toBe('shop/edge');
    const { attributes } = span;
    expect(attributes).toMatchObject({
      user: 'ann',
      env: '100 % %REQ(:METHOD)%',
      'http.request.method': 'GET',
      'http.request.method_original': 'GET',
      'http.response.status_code': 200,
      'http.route': 'httproute/default/all/rule/0/match/0',
      'user_agent.original': 'test',
      'url.scheme': 'http',
      'url.path': `/round-${asked}`,
      'url.query': 'q=1',
      'url.full': `http://shop.test/round-${asked}?q=1`,
      'client.address': '127.0.0.1',
      'client.port': expect.any(Number),
      'server.address': 'shop.test',
      'server.port': PORT,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': expect.any(Number),
      'network.protocol.name': 'http',
      'network.protocol.version': '1.1',
      'network.transport': 'tcp',
      'network.type': 'ipv4',
      'http.request.header.x-user': 'ann',
      'http.response.header.x-backend': 'web',
    });
    for (const absent of ['missing', 'error.type', 'url.fragment', 'http.request.header.x-none'])
      expect(Object.keys(attributes)).not.toContain(absent);
    expect(collector.exports.at(-1)).toMatchObject({ authorization: 'Bearer abc', 'x-tenant': 'a, b' });
  }, 60_000);

  it('continues the trace of the request, and the backend continues it', async () => {
    write();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const parent = '00f067aa0ba902b7';
    const span = await spanWith(
      ({ traceId }) => traceId === trace,
      [['traceparent', `00-${trace}-${parent}-01`]],
    );
    expect(span.parentId).toBe(parent);
    const [, seenTrace, seenSpan] = String(web.received.at(-1)?.headers['traceparent']).split('-');
    expect(seenTrace).toBe(trace);
    expect(seenSpan).not.toBe(parent);
  }, 60_000);
});

describe('requests are answered, every one, while', () => {
  const what = () => ({ address, port: PORT, host: 'shop.test', path: '/load' });

  it('a policy comes, changes and goes', async () => {
    const load = startLoad(what());
    for (let round = 0; round < 3; round += 1) {
      write({ more: `spanName: first-${round}` });
      await spanWith(({ name }) => name === `first-${round}`);
      write({ more: `spanName: second-${round}, samplingRate: { numerator: 99 }` });
      await spanWith(({ name }) => name === `second-${round}`);
      write({ tracing: '{ mode: Disabled }' });
      await said('edge', 'Accepted True Accepted');
      windlass.write('policy.yaml', '');
      await until('the policy to be gone', async () =>
        (await conditions('edge')).length === 0 ? true : undefined,
      );
    }
    const { sent, failed, failures } = await load.stop();
    expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
    expect(sent).toBeGreaterThan(100);
  }, 90_000);

  it('its collector goes away and comes back', async () => {
    write();
    await spanWith(() => true);
    const load = startLoad(what());
    const { port } = collector;
    collector.close();
    for (let i = 0; i < 50; i += 1) expect((await ask(what())).status).toBe(200);
    collector = await startCollector(port);
    await spanWith(() => true);
    windlass.write('policy.yaml', documents(telemetry('edge', { backend: '{ name: gone, port: 80 }' })));
    await said('edge', 'Accepted True Accepted', 'ResolvedRefs False BackendNotFound');
    const { failed, failures } = await load.stop();
    expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
  }, 90_000);

  it('a grant for its collector comes and is taken back: then no more spans go there', async () => {
    const grant = `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: spans, namespace: far }
spec:
  from: [{ group: gateway.networking.x-k8s.io, kind: XTelemetryPolicy, namespace: default }]
  to: [{ group: "", kind: Service }]
`;
    const options = { backend: '{ name: far, namespace: far, port: 80 }' };
    windlass.write('far.yaml', service('far', collector.port, 'far'));
    write(options);
    await said('edge', 'ResolvedRefs False RefNotPermitted');
    const load = startLoad(what());
    write(options, grant);
    await said('edge', 'ResolvedRefs True ResolvedRefs');
    await spanWith(() => true);
    write(options);
    await said('edge', 'ResolvedRefs False RefNotPermitted');
    await windlass.address('edge');
    const quiet = await until('requests without spans', async () => {
      const from = collector.spans.length;
      for (let i = 0; i < 50; i += 1) await ask(what());
      return collector.spans.length === from ? true : undefined;
    });
    expect(quiet).toBe(true);
    const { failed, failures } = await load.stop();
    expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
  }, 90_000);
});

describe('of two policies for a Gateway', () => {
  it('the first by name is in force, the other Conflicted; it takes over when the first goes', async () => {
    const other = telemetry('other', { gateway: 'edge', more: 'spanName: other' });
    write({ more: 'spanName: first' }, other);
    await said('other', 'Accepted False Conflicted');
    await said('edge', 'Accepted True Accepted');
    await spanWith(({ name }) => name === 'first');
    windlass.write('policy.yaml', other);
    await said('other', 'Accepted True Accepted');
    await spanWith(({ name }) => name === 'other');
  }, 60_000);
});
