import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { actAndStamp, firstAnswerFrom, keptAlive, reloadedSince, reloads } from './clocks.js';
import { spreadOf, type Spread } from './figures.js';
import { cpuMs } from './process-figures.js';
import { otherSide, type Side } from './scenarios.js';
import type { Subject } from './subject.js';

/**
 * What changes cost one subject. Times in milliseconds, from when the change was in the control plane's store, or from the word to the floor's server.
 */
export interface Figures {
  /** From the rename of the file until the change was in the store; 0 for the floor. */
  readonly arrival: Spread;
  /** Until the Envoy put the table into force, which it acknowledges in the same breath; to half a millisecond. */
  readonly ack: Spread;
  /** Until the first answer from the other backend. */
  readonly live: Spread;
  /** The same while another route of the table changes all the time. */
  readonly churnedLive: Spread;
  /** CPU time of the control plane for one change, everything it does afterwards included. */
  readonly cpuMs: number;
  /** Route tables that the Envoy put into force for one change: 1 when nothing is sent twice. */
  readonly tablesPerChange: number;
}

export interface Rounds {
  readonly warmUp: number;
  /** In each round every subject is changed twice: once watched from afar, for `ack`, and once under requests, for `live`. */
  readonly count: number;
  /** No round begins after it. */
  readonly limitMs: number;
}

/** After a change, before the next: what a control plane does later (statuses, say) is counted, and out of the next one's way. */
const REST_MS = 120;

/** Between two changes of the other route. */
const CHURN_MS = 200;

/** Changes the subjects in turn, so that whatever else the machine does meets all of them. */
export async function measure<Name extends string>(
  subjects: Readonly<Record<Name, Subject>>,
  rounds: Rounds,
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(subjects) as Name[];
  const runs = names.map((name) => ({ name, run: newRun(subjects[name]) }));
  const inTurn = async (clocks: readonly Clock[], { warmUp, count, limitMs }: Rounds): Promise<void> => {
    const end = performance.now() + limitMs;
    for (let round = 0; round < warmUp + count && performance.now() < end; round += 1) {
      if (round === warmUp && warmUp > 0) for (const { run } of runs) run.samples = newSamples();
      for (const clock of clocks) for (const { run } of runs) await change(run, clock);
    }
  };
  const churning: NodeJS.Timeout[] = [];
  try {
    await inTurn(['ack', 'live'], rounds);
    for (const { run } of runs) {
      const { churn } = run.subject;
      if (churn !== undefined) churning.push(setInterval(churn, CHURN_MS));
    }
    if (churning.length > 0) await inTurn(['churnedLive'], { ...rounds, warmUp: 0 });
  } finally {
    for (const timer of churning) clearInterval(timer);
    for (const { run } of runs) run.agent.destroy();
  }
  return Object.fromEntries(runs.map(({ name, run }) => [name, figuresOf(run)])) as Record<Name, Figures>;
}

type Clock = 'ack' | 'live' | 'churnedLive';

interface Run {
  readonly subject: Subject;
  readonly agent: Agent;
  side: Side;
  samples: Samples;
}

interface Samples {
  readonly arrival: number[];
  readonly ack: number[];
  readonly live: number[];
  readonly churnedLive: number[];
  readonly cpuMs: number[];
  tables: number;
}

function newSamples(): Samples {
  return { arrival: [], ack: [], live: [], churnedLive: [], cpuMs: [], tables: 0 };
}

function newRun(subject: Subject): Run {
  return { subject, agent: keptAlive(), side: 'a', samples: newSamples() };
}

async function change(run: Run, clock: Clock): Promise<void> {
  const { subject, samples, agent } = run;
  const from = run.side;
  run.side = otherSide(from);
  subject.prepare(run.side);
  await firstAnswerFrom(from, subject, agent);
  const before = await reloads(subject.adminSocket);
  const cpuBefore = cpuMs(subject.pid);
  const { wallMs, monotonicMs } = actAndStamp(() => subject.change(run.side));
  const liveAt = clock === 'ack' ? NaN : await firstAnswerFrom(run.side, subject, agent);
  const { lastMs } = await reloadedSince(before, subject.adminSocket);
  await sleep(REST_MS);
  const cpu = cpuMs(subject.pid) - cpuBefore;
  const arrivedAt = (await subject.arrivedAt()) ?? wallMs;
  // Envoy's note is cut to whole milliseconds.
  if (clock === 'ack') samples.ack.push(lastMs + 0.5 - arrivedAt);
  else samples[clock].push(wallMs + (liveAt - monotonicMs) - arrivedAt);
  if (clock === 'churnedLive') return;
  samples.arrival.push(arrivedAt - wallMs);
  samples.cpuMs.push(cpu);
  samples.tables += (await reloads(subject.adminSocket)).count - before.count;
}

function figuresOf({ samples }: Run): Figures {
  const changes = samples.cpuMs.length;
  return {
    arrival: spreadOf(samples.arrival),
    ack: spreadOf(samples.ack),
    live: spreadOf(samples.live),
    churnedLive: spreadOf(samples.churnedLive),
    cpuMs: samples.cpuMs.reduce((sum, ms) => sum + ms, 0) / changes,
    tablesPerChange: samples.tables / changes,
  };
}
