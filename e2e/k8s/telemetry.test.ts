import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { everything, telemetry } from '../telemetry/objects.js';
import { ask, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { saysOfGateway } from './ancestors.js';
import { runBackend } from './backend.js';
import { runCollector, spansOf, type Span } from './otel-collector.js';
import { answered, failed, seenBy, watch } from './requests.js';
import { World } from './world.js';

// XTelemetryPolicy with the collector that users run: https://gateway-api.sigs.k8s.io/geps/gep-5253/

jest.setTimeout(300_000);

const COLLECTOR = '{ name: collector, port: 4317 }';
let world: World;
let address: string;
let round = 0;

beforeAll(async () => {
  world = await World.open('telemetry');
  await Promise.all([runBackend(world, 'web', { replicas: 1 }), runCollector(world, 'collector')]);
  await world.put(everything(['edge']));
  address = await world.gateway('edge', '[{ name: http, port: 80, protocol: HTTP }]');
  await answered(what('/'), 200);
});

afterAll(async () => {
  await world.close();
});

const what = (path: string, headers: Ask['headers'] = []): Ask => ({
  ...{ address, port: 80, host: 'shop.test', path, headers },
});

/** Asks until a request is traced as wanted, and returns its span and what the backend was asked with. */
async function spanWith(
  wanted: (span: Span) => boolean,
  headers: Ask['headers'] = [],
): Promise<{ readonly span: Span; readonly path: string; readonly seen: Readonly<Record<string, string>> }> {
  return await until(
    'a span as wanted',
    async () => {
      round += 1;
      const path = `/round-${round}`;
      const seen = seenBy(await ask(what(`${path}?q=1`, headers)));
      // Envoy keeps spans for up to five seconds.
      const span = await until(
        'its span',
        async () =>
          (await spansOf(world, 'collector')).find(
            ({ traceId, spanId }) => seen['traceparent'] === `00-${traceId}-${spanId}-01`,
          ),
        8_000,
        250,
      );
      if (wanted(span)) return { span, path, seen };
      throw new Error(JSON.stringify(span));
    },
    90_000,
    100,
  );
}

const says = (...wanted: readonly string[]): Promise<void> =>
  saysOfGateway(world, 'XTelemetryPolicy', 'edge', ...wanted);

describe('spans in an OpenTelemetry collector', () => {
  it('are named for the Gateway and the rule, and have the attributes that are asked for', async () => {
    const keys = [
      'http.request.method', 'http.response.status_code', 'http.route', 'url.path', 'url.query', 'server.address',
      'server.port', 'network.protocol.version', 'http.request.header.x-user', 'http.response.header.x-pod',
    ]; // prettier-ignore
    const standard = keys.map((key) => `{ name: ${key}, sourceType: Attribute, attributeKey: ${key} }`);
    await world.put(
      telemetry('edge', {
        backend: COLLECTOR,
        more: `attributes: [{ name: user, sourceType: Header, headerName: x-user },
          { name: stage, sourceType: Literal, literalValue: "production" }, ${standard.join(', ')}]`,
      }),
    );
    await says('Accepted True Accepted', 'ResolvedRefs True ResolvedRefs');
    const { span, path } = await spanWith(
      ({ attributes }) => attributes['stage'] === 'production',
      [['x-user', 'ann']],
    );
    const rule = `httproute/${world.namespace}/all/rule/0/match/0`;
    expect(span).toMatchObject({ service: `edge.${world.namespace}`, name: `GET ${rule}`, parentSpanId: '' });
    expect(span.attributes).toMatchObject({
      ...{ user: 'ann', stage: 'production', 'http.request.method': 'GET', 'http.response.status_code': 200 },
      ...{ 'http.route': rule, 'url.path': path, 'url.query': 'q=1', 'server.address': 'shop.test' },
      ...{ 'server.port': 80, 'network.protocol.version': '1.1', 'http.request.header.x-user': 'ann' },
      'http.response.header.x-pod': expect.stringMatching(/^web-/),
    });
  });

  it('continue the trace of the client, and the backend is told to continue theirs', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const parent = '00f067aa0ba902b7';
    const { span, seen } = await spanWith(
      ({ traceId }) => traceId === trace,
      [['traceparent', `00-${trace}-${parent}-01`]],
    );
    expect(span.parentSpanId).toBe(parent);
    expect(seen['traceparent']).toMatch(new RegExp(`^00-${trace}-(?!${parent})[0-9a-f]{16}-01$`));
  });

  it('are none where nothing is sampled, but for traces that are recorded', async () => {
    await world.put(
      telemetry('edge', { backend: COLLECTOR, more: 'samplingRate: { numerator: 0 }, serviceName: rare' }),
    );
    const trace = 'aaaabbbbccccddddeeeeffff00001111';
    await spanWith(
      ({ service, traceId }) => service === 'rare' && traceId === trace,
      [['traceparent', `00-${trace}-00f067aa0ba902b7-01`]],
    );
    const before = (await spansOf(world, 'collector')).length;
    for (let i = 0; i < 50; i += 1) await ask(what('/unsampled'));
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect((await spansOf(world, 'collector')).length).toBe(before);
  });

  it('go on with the next pod of the collector, while no request fails', async () => {
    await world.put(telemetry('edge', { backend: COLLECTOR, more: 'serviceName: again' }));
    await spanWith(({ service }) => service === 'again');
    const requests = watch(what('/load'), failed);
    await world.patch('Deployment', 'collector', { spec: { replicas: 0 } });
    await until('no collector is left', async () =>
      (await world.list('Pod', 'app=collector')).length === 0 ? true : undefined,
    );
    await world.patch('Deployment', 'collector', { spec: { replicas: 1 } });
    await world.rolledOut('collector');
    await spanWith(({ service }) => service === 'again');
    expect((await requests.end()).asked).toBeGreaterThan(10);
  });

  it('end with the policy, and the requests do not', async () => {
    const requests = watch(what('/load'), failed);
    await world.put(telemetry('edge', { backend: '{ name: nowhere, port: 4317 }' }));
    await says('ResolvedRefs False BackendNotFound');
    await until('requests without a trace', async () =>
      seenBy(await ask(what('/untraced')))['traceparent'] === undefined ? true : undefined,
    );
    await world.put(telemetry('edge', { backend: COLLECTOR, more: 'serviceName: back' }));
    await spanWith(({ service }) => service === 'back');
    await world.remove('XTelemetryPolicy', 'edge');
    await until('requests without a trace', async () =>
      seenBy(await ask(what('/untraced')))['traceparent'] === undefined ? true : undefined,
    );
    await requests.end();
  });
});
