import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask, type Answer } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway } from '../harness/yaml.js';
import { httpRoute, pool, rule, trafficPolicy } from './objects.js';

// RetryConstraint of XBackendTrafficPolicy: what is over the budget is not tried again, and answers 503.

const port = 8080;
const REQUESTS = 100;
let windlass: Standalone;
let address: string;
let good: Backend;
let close: () => void;

/** Tries by path. */
const tries = new Map<string, number>();

/** Answers 502 to everything, after a moment in which all requests of a burst have arrived. */
const failing = createServer((request, response) => {
  const path = request.url ?? '';
  tries.set(path, (tries.get(path) ?? 0) + 1);
  setTimeout(() => {
    response.setHeader('set-cookie', ['one=1', 'two=2']);
    response.statusCode = 502;
    response.end('failing');
  }, 100);
});

const retry = 'retry: { attempts: 2, codes: [502], backoff: 1ms }';
const constraint = (percent: number, count: number): string =>
  `retryConstraint: { budget: { percent: ${percent}, interval: 10s }, minRetryRate: { count: ${count}, interval: 1s } }`;

beforeAll(async () => {
  await once(failing.listen(0, '127.0.0.1'), 'listening');
  good = await startBackend('good');
  close = () => {
    failing.close();
    failing.closeAllConnections();
  };
  const { port: bad } = failing.address() as AddressInfo;
  const names = ['free', 'tight', 'wide', 'default'];
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', port),
      ...names.map((name) => pool(name, 'http', bad)),
      pool('good', 'http', good.port),
      httpRoute(
        'retries',
        ...names.map((name) => rule(`/${name}`, { [name]: 1 }, retry)),
        rule('/unretried', { tight: 1 }),
        rule('/good', { good: 1 }, retry),
        rule('/split', { tight: 1, free: 1 }, retry),
        rule('/cors', { tight: 1 }, `filters: [{ type: CORS, cors: { allowOrigins: ["https://page.test"] } }]\n      ${retry}`), // prettier-ignore
      ),
      trafficPolicy('tight', 'tight', constraint(20, 1)),
      trafficPolicy('wide', 'wide', constraint(100, 1)),
      trafficPolicy('default', 'default', 'retryConstraint: {}'),
    ),
    'changing.yaml': trafficPolicy('changing', 'good', constraint(20, 1)),
  });
  await windlass.start();
  address = await windlass.address('edge');
  await until('the route', async () => ((await get('/good')).status === 200 ? true : undefined));
}, 120_000);

afterAll(async () => {
  await windlass.dispose();
  await good.close();
  close();
}, 60_000);

const get = (path: string, headers: readonly (readonly [string, string])[] = []): Promise<Answer> =>
  ask({ address, port, host: 'a.test', path, headers });

interface Burst {
  /** How many answers had each status. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly tries: number;
}

async function burst(path: string, requests = REQUESTS): Promise<Burst> {
  tries.delete(path);
  const answers = await Promise.all(Array.from({ length: requests }, () => get(path)));
  const statuses: Record<number, number> = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  return { statuses, tries: tries.get(path) ?? 0 };
}

describe('a retry budget', () => {
  it('without it every request is tried again, and has the answer of the last try', async () => {
    expect(await burst('/free')).toEqual({ statuses: { 502: REQUESTS }, tries: 3 * REQUESTS });
  });

  it('limits what is tried again, and answers 503 to what is not', async () => {
    const { statuses, tries: made } = await burst('/tight');
    const over = statuses[503] ?? 0;
    expect(over).toBeGreaterThan(REQUESTS / 2);
    expect(over + (statuses[502] ?? 0)).toBe(REQUESTS);
    expect(made).toBeGreaterThan(REQUESTS);
    // A fifth of what is under way; each that is tried again is there twice at the most.
    expect(made).toBeLessThan(REQUESTS * 1.5);
  });

  it('of all requests lets every request be tried again once', async () => {
    const { tries: made } = await burst('/wide');
    expect(made).toBeGreaterThan(1.8 * REQUESTS);
  });

  it('leaves a few retries to those that are alone', async () => {
    expect(await burst('/tight', 1)).toEqual({ statuses: { 502: 1 }, tries: 3 });
    expect(await burst('/default', 3)).toEqual({ statuses: { 502: 3 }, tries: 9 });
  });

  it('changes no answer of a rule that does not retry', async () => {
    expect(await burst('/unretried', 50)).toEqual({ statuses: { 502: 50 }, tries: 50 });
  });

  it('keeps body, cookies and CORS headers of the answer that becomes 503, and shows nothing else', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => get('/cors', [['origin', 'https://page.test']])),
    );
    const over = answers.find(({ status }) => status === 503);
    expect(over?.body).toBe('failing');
    expect(over?.headers).toMatchObject({
      'set-cookie': ['one=1', 'two=2'],
      'access-control-allow-origin': 'https://page.test',
    });
    for (const { headers } of answers)
      expect(Object.keys(headers).filter((name) => name.includes('windlass'))).toEqual([]);
  });

  it('is one backend’s alone under weights', async () => {
    const { statuses, tries: made } = await burst('/split', 2 * REQUESTS);
    expect(statuses[503] ?? 0).toBeGreaterThan(REQUESTS / 4);
    expect(statuses[502] ?? 0).toBeGreaterThan(REQUESTS / 2);
    expect(made).toBeLessThan(5 * REQUESTS);
  });

  it('comes, changes and goes without a failed request', async () => {
    const session = 'sessionPersistence: { type: Cookie, cookie: {} }';
    const said = async (): Promise<string> =>
      JSON.stringify((await windlass.status('XBackendTrafficPolicy', 'changing')) ?? null);
    let isOver = false;
    const failed: string[] = [];
    let asked = 0;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!isOver) {
          const answer = await get('/good').catch(String);
          asked += 1;
          if (typeof answer === 'string' || answer.status !== 200)
            failed.push(typeof answer === 'string' ? answer : String(answer.status));
        }
      }),
    );
    for (const fields of [constraint(50, 5), undefined, constraint(1, 1), session]) {
      const told = await said();
      windlass.write('changing.yaml', fields === undefined ? '' : trafficPolicy('changing', 'good', fields));
      await until('another status', async () => ((await said()) === told ? undefined : true));
      const before = asked;
      await until('further requests', () => (asked > before + 100 ? true : undefined));
    }
    isOver = true;
    await load;
    expect(failed).toEqual([]);
    await until('the session', async () => ((await get('/good')).headers['set-cookie'] ? true : undefined));
  }, 60_000);
});
