import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { actAndStamp, firstAnswerFrom, keptAlive, reloadedSince, reloads } from './clocks.js';
import { spreadOf, type Spread } from './figures.js';
import { cpuMs } from './process-figures.js';
import { otherSide, type Side } from './scenarios.js';
import type { Subject } from './subject.js';

/** What changes cost one subject. Times in milliseconds from the rename of the file, or from the word to the floor's server. */
export interface Figures {
  /** Until the Envoy put the table into force, which it acknowledges in the same breath; to half a millisecond. */
  readonly ack: Spread;
  /** Until the first answer from the other backend. */
  readonly live: Spread;
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

/** Changes the subjects in turn, so that whatever else the machine does meets all of them. */
export async function measure<Name extends string>(
  subjects: Readonly<Record<Name, Subject>>,
  rounds: Rounds,
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(subjects) as Name[];
  const runs = names.map((name) => ({ name, run: newRun(subjects[name]) }));
  try {
    const end = performance.now() + rounds.limitMs;
    for (let round = 0; round < rounds.warmUp + rounds.count && performance.now() < end; round += 1) {
      if (round === rounds.warmUp) for (const { run } of runs) run.samples = newSamples();
      for (const clock of ['ack', 'live'] as const) for (const { run } of runs) await change(run, clock);
    }
  } finally {
    for (const { run } of runs) run.agent.destroy();
  }
  return Object.fromEntries(runs.map(({ name, run }) => [name, figuresOf(run)])) as Record<Name, Figures>;
}

interface Run {
  readonly subject: Subject;
  readonly agent: Agent;
  side: Side;
  samples: Samples;
}

interface Samples {
  readonly ack: number[];
  readonly live: number[];
  readonly cpuMs: number[];
  tables: number;
}

function newSamples(): Samples {
  return { ack: [], live: [], cpuMs: [], tables: 0 };
}

function newRun(subject: Subject): Run {
  return { subject, agent: keptAlive(), side: 'a', samples: newSamples() };
}

async function change(run: Run, clock: 'ack' | 'live'): Promise<void> {
  const { subject, samples, agent } = run;
  const from = run.side;
  run.side = otherSide(from);
  subject.prepare(run.side);
  const before = await reloads(subject.adminSocket);
  await firstAnswerFrom(from, subject, agent);
  const cpuBefore = cpuMs(subject.pid);
  const start = actAndStamp(() => subject.change(run.side));
  if (clock === 'live') {
    samples.live.push((await firstAnswerFrom(run.side, subject, agent)) - start.monotonicMs);
  }
  const { lastMs } = await reloadedSince(before, subject.adminSocket);
  // Envoy's note is cut to whole milliseconds.
  if (clock === 'ack') samples.ack.push(lastMs + 0.5 - start.wallMs);
  await sleep(REST_MS);
  samples.cpuMs.push(cpuMs(subject.pid) - cpuBefore);
  samples.tables += (await reloads(subject.adminSocket)).count - before.count;
}

function figuresOf({ samples }: Run): Figures {
  const changes = samples.cpuMs.length;
  return {
    ack: spreadOf(samples.ack),
    live: spreadOf(samples.live),
    cpuMs: samples.cpuMs.reduce((sum, ms) => sum + ms, 0) / changes,
    tablesPerChange: samples.tables / changes,
  };
}
