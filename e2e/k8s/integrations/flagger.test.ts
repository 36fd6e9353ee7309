// Flagger releases an application step by step by an HTTPRoute of ours and what Envoy says of its requests, takes back what is bad, and keeps visitors where they are.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Manifest } from '../../cluster/chart.js';
import { moduleDirectory } from '../../cluster/programs.js';
import { unusedPort } from '../../harness/port.js';
import { ask, startLoad, type Answer } from '../../harness/request.js';
import { until } from '../../harness/until.js';
import { World, type Condition } from '../world.js';
import { endpointsOf } from './endpoints.js';
import { exchanged, guideBlocks } from './guide.js';
import { startPrometheus, type Prometheus } from './prometheus.js';
import { KUBECONFIG, run, type Running } from './running.js';

jest.setTimeout(420_000);

const HOST = 'shop.example.com';
const MODULE = 'github.com/fluxcd/flagger';
const PHASE_MS = 240_000;
/** In as long a time as the checks of the guide look back. */
const FAILURES = 'sum(increase(envoy_cluster_upstream_rq{envoy_response_code="500"}[30s])) or vector(0)';
const [templates = '', canary = ''] = guideBlocks('Flagger', 2);

let world: World;
let address: string;
let prometheus: Prometheus | undefined;
let flagger: Running | undefined;

beforeAll(async () => {
  world = await World.open('flagger');
  address = await world.gateway('edge', '[{name: http, port: 80, protocol: HTTP}]');
  await world.putObject(await application());
  await world.rolledOut('shop');
  prometheus = await startPrometheus(world, 'edge');
  const crd = join(await moduleDirectory('flagger', MODULE), 'artifacts/flagger/crd.yaml');
  await world.commands.ok('kubectl', ['apply', '--server-side', '-f', crd]);
  for (const kind of ['canaries', 'metrictemplates'])
    await world.condition('CustomResourceDefinition', `${kind}.flagger.app`, 'Established');
  await world.put(templates.replaceAll('http://prometheus.monitoring:9090', prometheus.url));
  // Backends start while others work on the same two processors: that they are slow then is not what this is about.
  await world.put(exchanged(canary, 'max: 500 ', 'max: 5000 '));
  flagger = await run(
    'flagger',
    [
      ...['-kubeconfig', KUBECONFIG, '-namespace', world.namespace, '-control-loop-interval', '2s'],
      ...['-mesh-provider', 'gatewayapi:v1', '-metrics-server', prometheus.url],
      ...['-port', String(await unusedPort()), '-log-level', 'info'],
    ],
    { ready: /Started operator workers/ },
  );
  await phase('Initialized');
  for (const endpoint of await endpointsOf(world, 'edge'))
    await until(`the application answers at ${endpoint.address}`, async () => {
      const { status } = await ask({ ...endpoint, host: HOST });
      return status === 200 || undefined;
    });
});

afterAll(async () => {
  await flagger?.stop();
  await prometheus?.stop();
  await world.close();
});

describe('Flagger', () => {
  it('releases a version step by step under load, and no request fails', async () => {
    const seen = new Set<string>();
    const load = startLoad(
      { address, port: 80, host: HOST },
      { limitMs: PHASE_MS, onAnswer: ({ echo }) => seen.add(echo?.backend ?? '') },
    );
    await release('two');
    const weights = await weightsUntil('Succeeded');
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(1000);
    expect([...seen]).toEqual(['one', 'two']);
    // All of the guide's steps, and at the end nothing for the Deployment that the next version comes to.
    expect(weights).toEqual([0, 20, 40, 60, 0]);
    expect((await get()).echo?.backend).toBe('two');
  });

  it('takes back a version that fails', async () => {
    const failed: Answer[] = [];
    const load = startLoad(
      { address, port: 80, host: HOST },
      {
        limitMs: PHASE_MS,
        onAnswer: (answer) => {
          if (answer.status !== 200) failed.push(answer);
        },
      },
    );
    await release('bad', 'FAILING=1');
    const weights = await weightsUntil('Failed');
    await load.stop();
    expect(weights).toEqual([0, 20, 0]);
    // It is the application that failed, not the way to it.
    expect([...new Set(failed.map(({ status, echo }) => `${status} ${echo?.backend ?? ''}`))]).toEqual([
      '500 bad',
    ]);
    await until('nobody meets it any more', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => get()));
      return answers.every(({ echo }) => echo?.backend === 'two') || undefined;
    });
  });

  it('keeps a visitor with the new version, by a cookie of Flagger’s', async () => {
    await world.patch('Canary', 'shop', {
      spec: { analysis: { sessionAffinity: { cookieName: 'release', maxAge: 600 } } },
    });
    // What the version before did is in the rates that Flagger looks at for a while.
    await until(
      'Prometheus has forgotten the bad version',
      async () => (await prometheus?.ask(FAILURES)) === 0 || undefined,
      PHASE_MS,
      500,
    );
    await release('three', 'FAILING=0');
    const cookie = await until(
      'an answer of the new version',
      async () => {
        const { echo, headers } = await get();
        return echo?.backend === 'three' ? headers['set-cookie']?.[0]?.split(';')[0] : undefined;
      },
      PHASE_MS,
    );
    expect(cookie).toMatch(/^release=/);
    const seen = new Set<string>();
    const load = startLoad(
      { address, port: 80, host: HOST, headers: [['cookie', `a=b; ${cookie}`]] },
      { limitMs: PHASE_MS, workers: 2, onAnswer: ({ echo }) => seen.add(echo?.backend ?? '') },
    );
    const { status } = (await world.find('HTTPRoute', 'shop')) ?? {};
    const [parent] = (status?.['parents'] ?? []) as readonly Parent[];
    expect(parent?.conditions).toContainEqual(expect.objectContaining({ type: 'Accepted', status: 'True' }));
    await phase('Succeeded');
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(500);
    expect([...seen]).toEqual(['three']);
  });
});

interface Rule {
  readonly backendRefs: readonly { readonly name: string; readonly weight: number }[];
}

interface Parent {
  readonly conditions: readonly Condition[];
}

/** The application says its version; of its answers the share FAILING is 500. It goes on serving until nobody has it among its endpoints any more. */
const SERVER = `
const { createServer } = require('node:http');
const { VERSION: backend, FAILING } = process.env;
const server = createServer(({ url: path, headers }, response) => {
  if (path !== '/ready' && Math.random() < Number(FAILING)) response.statusCode = 500;
  response.end(JSON.stringify({ backend, path, headers }));
});
server.keepAliveTimeout = 3600000;
server.listen(8080);
process.on('SIGTERM', () => setTimeout(() => process.exit(), 8000));
`;

async function application(): Promise<Manifest> {
  const labels = { app: 'shop' };
  const container = {
    name: 'shop',
    image: await world.nodeImage(),
    command: ['/usr/local/bin/node', '-e', SERVER],
    env: [
      { name: 'VERSION', value: 'one' },
      { name: 'FAILING', value: '0' },
    ],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

function get(headers: readonly (readonly [string, string])[] = []): Promise<Answer> {
  return ask({ address, port: 80, host: HOST, headers });
}

/** As a user who has built another version. */
async function release(version: string, ...more: readonly string[]): Promise<void> {
  const set = ['set', 'env', 'deployment/shop', `VERSION=${version}`, ...more];
  await world.commands.ok('kubectl', ['-n', world.namespace, ...set]);
  await phase('Progressing');
}

async function phase(wanted: string): Promise<void> {
  await until(
    `the Canary is ${wanted}`,
    async () => {
      const { status } = (await world.find('Canary', 'shop')) ?? {};
      if (status?.['phase'] === wanted) return true;
      throw new Error(`${String(status?.['phase'])}\n${flagger?.log().slice(-2000) ?? ''}`);
    },
    PHASE_MS,
    200,
  );
}

/** Weights of the new version as they follow one another, until the Canary is in a phase. */
async function weightsUntil(wanted: string): Promise<readonly number[]> {
  const weights: number[] = [];
  const reached = phase(wanted).then(() => true);
  const pause = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 200));
  do {
    const { spec } = (await world.find('HTTPRoute', 'shop')) ?? {};
    const [rule] = (spec?.['rules'] ?? []) as readonly Rule[];
    const weight = rule?.backendRefs.find(({ name }) => name === 'shop-canary')?.weight;
    if (weight !== undefined && weight !== weights.at(-1)) weights.push(weight);
  } while (!(await Promise.race([reached, pause()])));
  return weights;
}
