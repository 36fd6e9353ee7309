import { X509Certificate } from 'node:crypto';
import { snapshotVersion } from '../../src/xds/index.js';
import { keyPair } from '../envoy/key-pair.js';
import { createAuthority } from '../harness/authority.js';
import { Standalone } from '../harness/windlass.js';
import { awaitAcknowledgement, type Rejections, rejectionsOf } from './acknowledged.js';
import { startBackends } from './backend-process.js';
import { nextWorld } from './changes.js';
import { KEY_PAIRS } from './changes-gateway.js';
import { monotonicMs } from './clock.js';
import { type Disturbance, UNDISTURBED } from './disturbance.js';
import { History } from './history.js';
import { type LoadOptions, type LoadSums, startLoad } from './load-process.js';
import { type WorldObjects, worldObjects } from './objects.js';
import { BACKEND_NAME } from './policy-objects.js';
import { LOOPBACK, type Place } from './place.js';
import { randomOf } from './random.js';
import { stateMaker } from './state.js';
import { startStreamLoad } from './stream-load-process.js';
import { judgeStream } from './stream-verdict.js';
import { Supply } from './supply.js';
import { type Failure, judge } from './verdict.js';
import { firstWorld, SERVICES, type World } from './world.js';

export interface ChurnOptions {
  readonly seed: number;
  readonly changes: number;
  /** Share of the changes of which at least so many are awaited each, until Envoy has accepted exactly it. */
  readonly acknowledged: number;
  /** Requests a second. */
  readonly rate: number;
  /** The run ends after so long, done or not. */
  readonly limitMs: number;
  readonly place?: Place;
  /** What happens to the processes meanwhile. */
  readonly disturbance?: Disturbance;
  readonly onProgress?: (line: string) => void;
}

export interface ChurnReport {
  /** Of each address. */
  readonly loads: readonly LoadSums[];
  /** Questions over connections that are no HTTP. */
  readonly streamExchanges: number;
  readonly changes: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Changes of what Envoy gets of which each was accepted before the next was made. */
  readonly acknowledged: number;
  /** States whose acknowledgement was awaited in vain. */
  readonly unacknowledged: readonly string[];
  /** How long each took, in milliseconds: median, 99th percentile, longest. */
  readonly acknowledgedMs: readonly [number, number, number];
  readonly failed: number;
  /** Requests that were refused because a change had forbidden what they would have met before, and what it asks for was not there yet: by kind of change. */
  readonly heldBack: Readonly<Record<string, number>>;
  readonly failuresByKind: Readonly<Record<string, number>>;
  /** The first of each kind. */
  readonly failures: readonly (Failure & { readonly situation: string })[];
  readonly rejections: Rejections;
  /** What happened to the processes, and what is wrong with it. */
  readonly disturbance: ReturnType<Disturbance['report']>;
  /** Lines of the product's log at level error or warn, but for those that tell what the random configuration lacks. */
  readonly complaints: readonly string[];
}

const EXAMPLES = 5;
const ACK_DEADLINE_MS = 20_000;
const LONGEST_GAP_MS = 25;
/** An instance goes on serving so long after a state without it was acknowledged. */
const GRACE_MS = 500;
/** Envoy's workers act by what its main thread has acknowledged within so long. */
const WORKERS_MS = 20;
/** What a run may need after its limit, to end in good order. */
const ENDING_MS = 60_000;

/** Changes a real `windlass up` at random under load, and judges every answer. Throws when it does not come to its end in time. */
export async function churn(options: ChurnOptions): Promise<ChurnReport> {
  const { place = LOOPBACK, disturbance = UNDISTURBED } = options;
  const [right, wrong] = [await createAuthority(), await createAuthority()];
  const backends = startBackends(await right.issue(BACKEND_NAME, 'ecdsa'), place.backendAddress);
  const clients = {
    'ca-right': await right.issue('client.test', 'ecdsa'),
    'ca-wrong': await wrong.issue('client.test', 'ecdsa'),
  };
  const pairs = Array.from({ length: KEY_PAIRS }, () => keyPair('a.example.com'));
  const objects = worldObjects(
    pairs,
    { 'ca-right': right.certificate, 'ca-wrong': wrong.certificate },
    place,
  );
  const supply = new Supply(backends, GRACE_MS);
  await supply.fill();
  const first = firstWorld(
    SERVICES.map((service) => ({ ...service, instances: [supply.take()], flipped: false })),
  );
  const windlass = new Standalone({ 'world.yaml': objects.text(first) });
  windlass.arguments = place.arguments;
  const fingerprints = pairs.map(({ certificate }) => new X509Certificate(certificate).fingerprint256);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.limitMs + ENDING_MS);
  try {
    return await Promise.race([
      run({ options, disturbance, windlass, objects, supply, first, fingerprints, clients }),
      new Promise<never>((_resolve, reject) =>
        late.signal.addEventListener('abort', () => reject(new Error('the run did not end in time'))),
      ),
    ]);
  } finally {
    clearTimeout(timer);
    await disturbance.close().catch((thrown: unknown) => console.error(thrown));
    await windlass.dispose();
    await backends.close();
  }
}

interface Run {
  readonly options: ChurnOptions;
  readonly disturbance: Disturbance;
  readonly windlass: Standalone;
  readonly objects: WorldObjects;
  readonly supply: Supply;
  readonly first: World;
  readonly fingerprints: readonly string[];
  readonly clients: LoadOptions['clients'];
}

async function run(given: Run): Promise<ChurnReport> {
  const { options, disturbance, windlass, objects, supply, first, fingerprints, clients } = given;
  const { seed, changes, rate, limitMs, onProgress = () => undefined } = options;
  const random = randomOf(seed);
  const debugUrl = (): string => windlass.debugUrl();
  const end = monotonicMs() + limitMs;
  await windlass.start();
  await windlass.address('edge');
  const addresses = ((await windlass.status('Gateway', 'edge'))?.addresses ?? []).map(({ value }) => value);
  const makeState = stateMaker(objects, addresses);
  const history = new History(WORKERS_MS);
  let world = first;
  let state = makeState(0, 'the first', world);
  history.written(state, 0);
  await disturbance.begin(windlass);
  const begun = await awaitAcknowledgement(debugUrl, state.snapshot(), ACK_DEADLINE_MS);
  if (begun !== undefined) throw new Error(`the first configuration was not acknowledged: ${begun}`);
  history.acknowledged(0, monotonicMs());

  const failures: ChurnReport['failures'][number][] = [];
  const failuresByKind: Record<string, number> = {};
  const heldBack: Record<string, number> = {};
  const note = (address: string, from: number, verdict: ReturnType<typeof judge>): void => {
    if (!disturbance.counts(address, from) || verdict === undefined) return;
    if (verdict.kind === 'held back') {
      heldBack[verdict.change] = (heldBack[verdict.change] ?? 0) + 1;
      return;
    }
    const sum = (failuresByKind[verdict.kind] = (failuresByKind[verdict.kind] ?? 0) + 1);
    if (sum <= EXAMPLES) failures.push({ ...verdict, situation: disturbance.situation(address, from) });
  };
  const loads = addresses.map((address) =>
    startLoad({ address, rate, clients }, (exchange) =>
      note(address, exchange.from, judge(exchange, history, fingerprints)),
    ),
  );

  const streamLoads = addresses.map((address) =>
    startStreamLoad(address, (exchange) => note(address, exchange.from, judgeStream(exchange, history))),
  );

  const byKind: Record<string, number> = {};
  const latencies: number[] = [];
  const unacknowledged: string[] = [];
  let done = 0;
  while (done < changes && monotonicMs() < end) {
    // Now each by itself, now faster than Envoy can follow.
    const behind = latencies.length < options.acknowledged * done;
    const individually = behind && random.chance(0.7);
    for (let left = random.between(1, 30); left > 0 && done < changes && monotonicMs() < end; left -= 1) {
      await supply.fill();
      const next = nextWorld(world, { random, instance: () => supply.take() });
      const following = makeState(done + 1, next.kind, next.world);
      // A change that alters nothing for Envoy – of a route that nothing takes – does not count, and is not made.
      if (snapshotVersion(following.snapshot()) === snapshotVersion(state.snapshot())) {
        supply.giveBack();
        continue;
      }
      world = next.world;
      state = following;
      done += 1;
      byKind[next.kind] = (byKind[next.kind] ?? 0) + 1;
      const at = monotonicMs();
      history.written(state, at);
      windlass.write('world.yaml', objects.text(world));
      supply.written(done, world);
      if (individually || done === changes) {
        const accepted = await awaitAcknowledgement(debugUrl, state.snapshot(), ACK_DEADLINE_MS);
        if (accepted === undefined) {
          history.acknowledged(done, monotonicMs());
          supply.acknowledged(done);
          latencies.push(monotonicMs() - at);
        } else unacknowledged.push(`state ${done} (${next.kind}): ${accepted}`);
      } else await pause(random.between(0, LONGEST_GAP_MS));
      if (done % 500 === 0) {
        onProgress(
          `${done} changes, ${latencies.length} acknowledged one by one, failed: ${JSON.stringify(failuresByKind)}`,
        );
      }
    }
  }
  await disturbance.end();
  const sums = await Promise.all(loads.map((load) => load.stop()));
  const asked = await Promise.all(streamLoads.map((load) => load.stop()));
  const sorted = latencies.toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return {
    loads: sums,
    streamExchanges: asked.reduce((a, b) => a + b, 0),
    changes: done,
    byKind,
    acknowledged: latencies.length,
    unacknowledged,
    acknowledgedMs: [quantile(0.5), quantile(0.99), quantile(1)],
    failed: Object.values(failuresByKind).reduce((a, b) => a + b, 0),
    heldBack,
    failuresByKind,
    failures,
    rejections: await rejectionsOf(windlass.debugUrl(), windlass.log),
    disturbance: disturbance.report(),
    complaints: windlass.log
      .split('\n')
      .filter((line) => /\b(error|warn)\b/i.test(line) && !line.includes('not as written')),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
