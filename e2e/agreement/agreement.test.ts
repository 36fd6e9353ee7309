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
import { pod, selector } from '../xbackend/objects.js';
import { disagreement } from './agree.js';
import { aimAt } from './aim.js';
import { envoyRuns } from './envoy-runs.js';
import {
  configuration,
  type Configuration,
  objectsOf,
  PLAIN,
  REQUESTS,
  requests,
  SECURE,
  SIDE,
} from './configurations.js';
import { triesOf, wrongSightings, type Sightings } from './tries.js';
import { withListenerSet } from './listener-sets.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
/** Of the seed 20261121 this many take about half a minute; `make agreement` asks for more, or for other ones. */
const configurations = Number(process.env['WINDLASS_CONFIGURATIONS'] ?? 200);
const limitMs = 60_000 + configurations * 1_500;

let windlass: Standalone;
let backends: Backend[];
let fixed: string;
const GATEWAYS = ['edge', SIDE] as const;
const addresses = new Map<string, string>();

const addressOf = (gateway: string): Promise<string> =>
  until(
    `an address of ${gateway}`,
    async () => (await windlass.status('Gateway', gateway))?.addresses?.[0]?.value,
  );

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
  fixed = documents(
    ...backends.flatMap(({ name, port }) => [
      service(name, port),
      selector(name, port),
      pod(name, name, '127.0.0.1'),
    ]),
    forbidden,
    certificate,
  );
  const [first] = fc.sample(configuration, { seed, numRuns: 1 });
  if (first === undefined) throw new Error('no configuration');
  windlass = new Standalone({ 'fixed.yaml': fixed, 'random.yaml': yamlOf(first) });
  await windlass.start();
  for (const name of GATEWAYS) addresses.set(name, await addressOf(name));
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

/** What the product should serve for these objects by Gateway, translated here from the same files. */
function expectedFleets(random: Configuration): ReadonlyMap<string, Fleet> {
  const objects = [...parseAll(yamlOf(random)), ...parseAll(fixed)].map((raw): KnownObject => {
    const { object, faults } = ingest(raw);
    if (object === undefined) throw new Error(JSON.stringify(faults));
    return object;
  });
  const store = emptyStore().apply({
    upserts: objects,
    observations: [...addresses].map(([name, address]) => ({
      fleet: `default/${name}`,
      addresses: [address],
      ports: {},
      portOffset: 0,
    })),
  });
  const translator = createTranslator({
    controllerName: 'windlass.io/gateway-controller',
    gatewayClassName: 'windlass',
    implicitClass: true,
    allowExternalName: true,
  });
  return new Map(
    translator.translate(store).gateways.map(({ gateway, fleet }) => {
      if (fleet === undefined) throw new Error(`${gateway.metadata.name} serves nothing`);
      return [gateway.metadata.name, fleet];
    }),
  );
}

describe('the evaluator and a real Envoy', () => {
  it(
    `agree on ${configurations * REQUESTS} random requests over ${configurations} random configurations (seed ${seed})`,
    async () => {
      const start = performance.now();
      const disagreements: string[] = [];
      const foretold: Sightings[] = [];
      const met = new Map<string, number>();
      const count = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);
      const sampled = fc.sample(fc.tuple(configuration, requests), { seed, numRuns: configurations });
      let sent = 0;
      for (const [random, asked] of sampled) {
        windlass.write('random.yaml', yamlOf(random));
        const fleets = expectedFleets(random);
        for (const fleet of fleets.values()) {
          const snapshot = snapshotOf(fleet);
          await until('Envoy to run exactly what was computed here', () =>
            envoyRuns(windlass.debugUrl(), snapshot),
          );
        }
        for (const {
          tls: secure,
          aside,
          status,
          host,
          server,
          withPort,
          path,
          method,
          headers: own,
        } of asked.map((one) => aimAt(random, one))) {
          const tls = secure && !aside;
          const gateway = aside ? SIDE : 'edge';
          const address = addresses.get(gateway) ?? '';
          const fleet = fleets.get(gateway);
          if (fleet === undefined) throw new Error(`no ${gateway}`);
          const port = tls ? SECURE : PLAIN;
          const authority = withPort ? `${host}:${port}` : host;
          sent += 1;
          const id = String(sent);
          const headers: readonly (readonly [string, string])[] = [
            ...own,
            ['x-id', id],
            ...(status === 200 ? [] : [['x-status', String(status)] as const]),
          ];
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
          count(outcome.kind);
          count(gateway);
          count(evaluation.rule?.route.kind ?? 'no rule');
          const request = { address, port, host: authority, path, method, headers, ...(tls ? { sni } : {}) };
          const difference = await ask(request).then(
            (answer) => {
              const names = backends.map(({ name }) => name);
              const { fault, retried, mirrored, sightings } = triesOf(
                evaluation,
                answer,
                { id, status },
                names,
                backendOf,
              );
              if (retried) count('retried');
              if (mirrored) count('mirrored');
              foretold.push(...sightings);
              return disagreement(evaluation, answer, backendOf) ?? fault;
            },
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
      await until(
        'every try and every copy',
        () => {
          const wrong = wrongSightings(foretold, backends);
          if (wrong.length > 0) throw new Error(wrong.join('\n'));
          return true;
        },
        5_000,
        200,
      );
      expect(sent).toBe(configurations * REQUESTS);
      if (process.env['WINDLASS_CONFIGURATIONS'] !== undefined) {
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        console.log(
          `${sent} requests, ${configurations} configurations, ${seconds} s: ${JSON.stringify([...met])}`,
        );
      }
      // The pools are chosen so that every kind of outcome is met often enough to mean something.
      const often = { forward: 40, redirect: 40, respond: 40, refused: 40, preflight: 20, GRPCRoute: 20, retried: 20, mirrored: 10, [SIDE]: 100 }; // prettier-ignore
      const rare = Object.entries(often).filter(([what, least]) => (met.get(what) ?? 0) < least * Math.min(1, configurations / 200)); // prettier-ignore
      expect(rare).toEqual([]);
    },
    limitMs,
  );
});

const backendOf = (cluster: string): string | undefined =>
  /^(?:xbackend_)?default_([a-z]+)_\d+(?:_\w+)?$/.exec(cluster)?.[1];
