import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { snapshotOf } from '../../src/envoy/index.js';
import { evaluate, evaluateConnection, type Fleet } from '../../src/routing/index.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { disagreement } from './agree.js';
import { aimAt, aimConnection } from './aim.js';
import { configuration, type Configuration } from './configurations.js';
import { CONNECTIONS, connections, foretold, type RandomConnection } from './connections.js';
import { deniedBy } from './denials.js';
import { envoyRuns } from './envoy-runs.js';
import { expectedFleets, yamlOf } from './expected.js';
import { SIDE } from './pools.js';
import { REQUESTS, requests, type RandomRequest } from './requests.js';
import { sentFor } from './sent.js';
import { firstLine } from './servers.js';
import { triesOf, wrongSightings, type Sightings } from './tries.js';
import { backendOf, startWorld, type World } from './world.js';

const seed = Number(process.env['WINDLASS_SEED'] ?? 20261121);
/** Of the seed 20261121 this many take about half a minute; `make agreement` asks for more, or for other ones. */
const configurations = Number(process.env['WINDLASS_CONFIGURATIONS'] ?? 200);
const limitMs = 60_000 + configurations * 1_500;

let windlass: Standalone;
let world: World;
const GATEWAYS = ['edge', SIDE] as const;
const addresses = new Map<string, string>();

const addressOf = (gateway: string): Promise<string> =>
  until(
    `an address of ${gateway}`,
    async () => (await windlass.status('Gateway', gateway))?.addresses?.[0]?.value,
  );

beforeAll(async () => {
  world = await startWorld();
  const [first] = fc.sample(configuration, { seed, numRuns: 1 });
  if (first === undefined) throw new Error('no configuration');
  windlass = new Standalone({ 'fixed.yaml': world.objects, 'random.yaml': yamlOf(first) });
  await windlass.start();
  for (const name of GATEWAYS) addresses.set(name, await addressOf(name));
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await world.close();
}, 60_000);

/** What was met, and how often. */
const met = new Map<string, number>();
const count = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);
const sightings: Sightings[] = [];
let sent = 0;

function fleetOf(fleets: ReadonlyMap<string, Fleet>, gateway: string): Fleet {
  const fleet = fleets.get(gateway);
  if (fleet === undefined) throw new Error(`no ${gateway}`);
  return fleet;
}

/** Undefined: they agree about the request; otherwise both, in words. */
async function requestFault(
  random: RandomRequest,
  fleets: ReadonlyMap<string, Fleet>,
): Promise<string | undefined> {
  sent += 1;
  const gateway = random.aside ? SIDE : 'edge';
  const { model, request } = sentFor(random, String(sent));
  const evaluation = evaluate(fleetOf(fleets, gateway), model);
  const { outcome } = evaluation;
  count(outcome.kind);
  count(gateway);
  count(evaluation.rule?.route.kind ?? 'no rule');
  if (deniedBy(evaluation, random.deny, backendOf) !== undefined) count('denied');
  const address = addresses.get(gateway) ?? '';
  const client = world.clients[random.client];
  const difference = await ask({ address, ...request, client }).then(
    (answer) => {
      const names = world.backends.map(({ name }) => name);
      const asked = { id: String(sent), status: random.status };
      const tries = triesOf(evaluation, answer, asked, names, backendOf);
      if (tries.retried) count('retried');
      if (tries.mirrored) count('mirrored');
      if (answer.headers['x-backend'] === 'safe') count('safe');
      sightings.push(...tries.sightings);
      return disagreement(evaluation, answer, backendOf, random.deny) ?? tries.fault;
    },
    (error: unknown) =>
      outcome.kind === 'refused' ? undefined : `foretold ${outcome.kind}, got ${String(error)}`,
  );
  return difference && `${JSON.stringify({ gateway, ...request, client: random.client })}\n${difference}`;
}

/** The same of a connection. */
async function connectionFault(
  random: RandomConnection,
  fleets: ReadonlyMap<string, Fleet>,
): Promise<string | undefined> {
  const { port, sni, client } = random;
  const fleet = fleetOf(fleets, 'edge');
  const evaluation = evaluateConnection(fleet, {
    port,
    transport: 'tcp',
    ...(sni !== undefined && { sni: sni.toLowerCase() }),
    ...(client !== 'valid' && { clientCertificate: client }),
  });
  const wanted = foretold(fleet, evaluation);
  count(`connection ${evaluation.kind}`);
  if (wanted === undefined) return undefined;
  const address = addresses.get('edge') ?? '';
  const line = await firstLine({ address, port, sni, client: world.clients[client] }).catch(String);
  count(`connection met ${line.replace(/^\w+ /, '')}`);
  return wanted.includes(line)
    ? undefined
    : `${JSON.stringify(random)}\nforetold ${wanted.join(' or ')}, got ${line}`;
}

async function serve(random: Configuration): Promise<ReadonlyMap<string, Fleet>> {
  windlass.write('random.yaml', yamlOf(random));
  const fleets = expectedFleets(random, world.objects, addresses);
  for (const fleet of fleets.values()) {
    const snapshot = snapshotOf(fleet);
    await until('Envoy to run exactly what was computed here', () =>
      envoyRuns(windlass.debugUrl(), snapshot),
    );
  }
  return fleets;
}

/** The pools are chosen so that every kind of outcome is met often enough, of 200 configurations, to mean something. */
const OFTEN: Readonly<Record<string, number>> = {
  forward: 40,
  redirect: 40,
  respond: 40,
  refused: 40,
  preflight: 20,
  GRPCRoute: 20,
  retried: 20,
  mirrored: 10,
  denied: 20,
  safe: 10,
  [SIDE]: 100,
  'connection met tls': 20,
  'connection met plain': 20,
  'connection met refused': 100,
};

describe('the evaluator and a real Envoy', () => {
  it(
    `agree on ${configurations * REQUESTS} random requests and ${configurations * CONNECTIONS} random connections over ${configurations} random configurations (seed ${seed})`,
    async () => {
      const start = performance.now();
      const disagreements: string[] = [];
      const sampled = fc.sample(fc.tuple(configuration, requests, connections), {
        seed,
        numRuns: configurations,
      });
      for (const [random, asked, connected] of sampled) {
        const fleets = await serve(random);
        const faults: (string | undefined)[] = [];
        for (const each of asked) faults.push(await requestFault(aimAt(random, each), fleets));
        for (const each of connected) faults.push(await connectionFault(aimConnection(random, each), fleets));
        disagreements.push(
          ...faults.flatMap((fault) => (fault === undefined ? [] : `${fault}\n${yamlOf(random)}`)),
        );
        if (disagreements.length > 3) break;
      }
      expect(disagreements.join('\n\n')).toBe('');
      await until(
        'every try and every copy',
        () => {
          const wrong = wrongSightings(sightings, world.backends);
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
      const share = Math.min(1, configurations / 200);
      expect(Object.entries(OFTEN).filter(([what, least]) => (met.get(what) ?? 0) < least * share)).toEqual(
        [],
      );
    },
    limitMs,
  );
});
