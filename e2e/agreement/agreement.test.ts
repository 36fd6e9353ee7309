import { isIP } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { snapshotOf } from '../../src/envoy/index.js';
import { ingest, type KnownObject } from '../../src/resources/index.js';
import { createTranslator, evaluate, type Fleet } from '../../src/routing/index.js';
import { emptyStore } from '../../src/store/index.js';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { run, Standalone } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';
import { disagreement } from './agree.js';
import { envoyRuns } from './envoy-runs.js';
import { withListenerSet } from './listener-sets.js';
import { configuration, type Configuration, objectsOf, PLAIN, requests, SECURE } from './configurations.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
const configurations = 100;

let windlass: Standalone;
let backends: Backend[];
let fixed: string;

beforeAll(async () => {
  backends = [await startBackend('one'), await startBackend('two'), await startBackend('calls', 'http2')];
  const forbidden = service('forbidden', backends[0]?.port ?? 0, 'elsewhere');
  const certificate = run(
    'cert',
    '--host',
    'a.example.com',
    '--host',
    '*.example.com',
    '--name',
    'tls',
  ).stdout;
  fixed = documents(...backends.map(({ name, port }) => service(name, port)), forbidden, certificate);
  const [first] = fc.sample(configuration, { seed, numRuns: 1 });
  if (first === undefined) throw new Error('no configuration');
  windlass = new Standalone({ 'fixed.yaml': fixed, 'random.yaml': yamlOf(first) });
  await windlass.start();
  await until('an address', async () => (await windlass.status('Gateway', 'edge'))?.addresses?.[0]?.value);
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  for (const backend of backends) await backend.close();
}, 60_000);

const parseAll = (yaml: string): readonly unknown[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null);

const yamlOf = (random: Configuration): string =>
  documents(...withListenerSet(objectsOf(random)).map((object) => stringify(object)));

/** What the product should serve for these objects, translated here from the same files. */
function expectedFleet(random: Configuration, address: string): Fleet {
  const objects = [...parseAll(yamlOf(random)), ...parseAll(fixed)].map((raw): KnownObject => {
    const { object, faults } = ingest(raw);
    if (object === undefined) throw new Error(JSON.stringify(faults));
    return object;
  });
  const store = emptyStore().apply({
    upserts: objects,
    observations: [{ fleet: 'default/edge', addresses: [address], ports: {}, portOffset: 0 }],
  });
  const translator = createTranslator({
    controllerName: 'windlass.io/gateway-controller',
    gatewayClassName: 'windlass',
    implicitClass: true,
    allowExternalName: true,
  });
  const fleet = translator.translate(store).gateways[0]?.fleet;
  if (fleet === undefined) throw new Error('the Gateway serves nothing');
  return fleet;
}

describe('the evaluator and a real Envoy', () => {
  it(`agree on ${configurations * 10} random requests over ${configurations} random configurations (seed ${seed})`, async () => {
    const disagreements: string[] = [];
    const met = new Map<string, number>();
    let calls = 0;
    const address = (await windlass.status('Gateway', 'edge'))?.addresses?.[0]?.value ?? '';
    const sampled = fc.sample(fc.tuple(configuration, requests), { seed, numRuns: configurations });
    for (const [random, asked] of sampled) {
      windlass.write('random.yaml', yamlOf(random));
      const fleet = expectedFleet(random, address);
      const snapshot = snapshotOf(fleet);
      await until('Envoy to run exactly what was computed here', () =>
        envoyRuns(windlass.debugUrl(), snapshot),
      );
      for (const { tls, host, server, withPort, path, method, headers } of asked) {
        const port = tls ? SECURE : PLAIN;
        const authority = withPort ? `${host}:${port}` : host;
        // A server name is never an address, and has no final dot.
        const sni = isIP(host) === 0 ? (server ?? host).toLowerCase().replace(/\.$/, '') : '';
        const evaluation = evaluate(fleet, {
          port,
          scheme: tls ? 'https' : 'http',
          ...(tls ? { sni } : {}),
          host: authority,
          method,
          path,
          headers,
        });
        const { outcome } = evaluation;
        met.set(outcome.kind, (met.get(outcome.kind) ?? 0) + 1);
        if (evaluation.rule?.route.kind === 'GRPCRoute') calls += 1;
        const request = { address, port, host: authority, path, method, headers, ...(tls ? { sni } : {}) };
        const difference = await ask(request).then(
          (answer) =>
            disagreement(
              evaluation,
              answer,
              (cluster) => /^default_([a-z]+)_80(?:_\w+)?$/.exec(cluster)?.[1],
            ),
          (error: unknown) =>
            outcome.kind === 'refused' ? undefined : `foretold ${outcome.kind}, got ${String(error)}`,
        );
        if (difference !== undefined) {
          disagreements.push(`${JSON.stringify(request)}\n${difference}\n${yamlOf(random)}`);
        }
      }
      if (disagreements.length > 3) break;
    }
    expect(disagreements.join('\n\n')).toBe('');
    const compared = [...met.values()].reduce((sum, count) => sum + count, 0);
    expect(compared).toBe(configurations * 10);
    // The pools are chosen so that every kind of outcome is met often enough to mean something.
    for (const kind of ['forward', 'redirect', 'respond', 'refused']) {
      expect({ kind, often: (met.get(kind) ?? 0) >= 40 }).toEqual({ kind, often: true });
    }
    expect(calls).toBeGreaterThanOrEqual(20);
  }, 240_000);
});
