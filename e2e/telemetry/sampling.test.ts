import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { settled, startCollector, type Collector } from '../harness/collector.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { everything, telemetry } from './objects.js';

// Which requests are traced, told by a real collector. Each Gateway has another policy.

const HALF = 'samplingRate: { numerator: 1, denominator: 2 }';
const POLICIES: Readonly<Record<string, string>> = {
  every: telemetry('every'),
  half: telemetry('half', { more: HALF }),
  none: telemetry('none', { more: 'samplingRate: { numerator: 0 }' }),
  ignoring: telemetry('ignoring', { more: `${HALF}, parentBasedSampling: { mode: Disabled }` }),
  thinned: telemetry('thinned', {
    more: 'samplingRate: { numerator: 100 }, parentBasedSampling: { mode: Enabled, samplingRate: { numerator: 50 } }',
  }),
  disabled: telemetry('disabled', { tracing: '{ mode: Disabled }' }),
  unresolved: telemetry('unresolved', { backend: '{ name: nowhere, port: 80 }' }),
  unasked: '',
};
const NAMES = Object.keys(POLICIES);
const TRACING = ['every', 'half', 'none', 'ignoring', 'thinned'];
const PORT = 8080;
/** Requests of each sort. Half of them is between a quarter and three quarters but for one run in ten million. */
const REQUESTS = 100;
const SORTS = { alone: undefined, recorded: '01', unrecorded: '00' } as const;

let windlass: Standalone;
let collector: Collector;
let web: Backend;

beforeAll(async () => {
  [collector, web] = await Promise.all([startCollector(), startBackend('web')]);
  windlass = new Standalone({
    'all.yaml': documents(
      ...NAMES.flatMap((name) => [gateway(name, PORT), POLICIES[name] ?? '']).filter((text) => text !== ''),
      service('collector', collector.port),
      service('web', web.port),
      everything(NAMES),
    ),
  });
  await windlass.start();
  for (const name of NAMES) {
    const address = await windlass.address(name);
    if (TRACING.includes(name)) await warm(name, address);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const requests = Object.entries(SORTS).flatMap(([sort, flags]) =>
      Array.from({ length: REQUESTS }, async () => {
        const parent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags ?? ''}`;
        const headers = flags === undefined ? [] : [['traceparent', parent] as const];
        return await ask({
          address,
          port: PORT,
          host: 'shop.test',
          path: `/${name}/${sort}`,
          headers,
          agent,
        });
      }),
    );
    for (const { status } of await Promise.all(requests)) expect(status).toBe(200);
    agent.destroy();
  }
  await settled(collector);
}, 120_000);

afterAll(async () => {
  await windlass.dispose();
  collector.close();
  await web.close();
}, 60_000);

/** Until a span arrives: what is exported before there is a connection to the collector may be lost. */
async function warm(name: string, address: string): Promise<void> {
  const path = `/${name}/warm`;
  await until(`${name} to export spans`, async () => {
    const parent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
    await ask({ address, port: PORT, host: 'shop.test', path, headers: [['traceparent', parent]] });
    const isThere = collector.spans.some(({ attributes }) => String(attributes['http.url']).endsWith(path));
    return isThere ? true : undefined;
  });
}

/** Spans of a Gateway's requests of each sort. */
function traced(name: string): Readonly<Record<string, number>> {
  const of = (sort: string): number =>
    collector.spans.filter(({ attributes }) => String(attributes['http.url']).endsWith(`/${name}/${sort}`))
      .length;
  return { alone: of('alone'), recorded: of('recorded'), unrecorded: of('unrecorded') };
}

function expectHalf(count: number | undefined): void {
  expect(count).toBeGreaterThan(REQUESTS / 4);
  expect(count).toBeLessThan((REQUESTS * 3) / 4);
}

describe('of requests through a Gateway with an XTelemetryPolicy', () => {
  it('all are traced at a rate of 1, but for those of a trace that is not recorded', () => {
    expect(traced('every')).toEqual({ alone: REQUESTS, recorded: REQUESTS, unrecorded: 0 });
  });

  it('about half are traced at a rate of 1/2, and all whose trace is recorded', () => {
    const { alone, ...others } = traced('half');
    expectHalf(alone);
    expect(others).toEqual({ recorded: REQUESTS, unrecorded: 0 });
  });

  it('none are traced at a rate of 0, but for those whose trace is recorded', () => {
    expect(traced('none')).toEqual({ alone: 0, recorded: REQUESTS, unrecorded: 0 });
  });

  it('about half are traced whatever their trace is, when nobody looks at it', () => {
    for (const count of Object.values(traced('ignoring'))) expectHalf(count);
  });

  it('about half of those whose trace is recorded are traced when these are thinned', () => {
    const { recorded, ...others } = traced('thinned');
    expectHalf(recorded);
    expect(others).toEqual({ alone: REQUESTS, unrecorded: 0 });
  });

  it.each(['disabled', 'unresolved', 'unasked'])('none are traced where that is %s', (name) => {
    expect(traced(name)).toEqual({ alone: 0, recorded: 0, unrecorded: 0 });
  });
});
