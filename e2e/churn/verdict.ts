import type { History } from './history.js';
import type { Connection, Exchange } from './load-process.js';
import { SHAPES, type Shape } from './shapes.js';
import { fits, textOf } from './foretold-answers.js';
import {
  type Entrances,
  type HeldBack,
  letInNoMore,
  refusalOfClient,
  refusalOfRequest,
} from './held-back.js';
import type { State } from './state.js';

/** A request that failed. */
export interface Failure {
  readonly kind: 'refused' | 'reset' | 'timeout' | 'wrong answer' | 'wrong certificate' | 'let in';
  readonly request: string;
  readonly got: string;
  /** Milliseconds before the request at which the oldest state that may have been in force was seen to be acknowledged. */
  readonly acknowledgedMs: number;
  /** Each allowed answer, with the first state that allows it. */
  readonly allowed: readonly string[];
  /** The states that may have been in force, oldest first: number and change. */
  readonly states: readonly string[];
}

const opened = new WeakMap<Connection, Entrances>();

/** What says that nothing is served. */
const ERRORS: ReadonlySet<string> = new Set([
  '404',
  '500',
  '503',
  'grpc UNIMPLEMENTED',
  'grpc UNKNOWN',
  'grpc UNAVAILABLE',
]);

/** Connections that have had their last answer. */
const overdue = new WeakSet<Connection>();

/**
 * Judges what was answered – undefined: as it should be – by what the configurations foretell that may have been in force meanwhile. A request over a kept-alive connection is
 * answered by the route table that the connection once led to, as long as that exists; should it be gone, the connection may serve its last content
 * until it is drained. Which endpoints a cluster has, and which key pair a Secret,
 * is a matter of its own: it changes apart from routes and listeners.
 */
export function judge(
  exchange: Exchange,
  history: History,
  fingerprints: readonly string[],
): Failure | HeldBack | undefined {
  const shape = SHAPES[exchange.shape];
  if (shape === undefined) throw new Error(`no shape ${exchange.shape}`);
  const { connection, reused, from, to, answer } = exchange;
  const states = history.inForce(from, to);
  const now: Entrances = new Set(states.map((state) => state.entrance(shape)));
  const entrances = (reused && connection !== undefined ? opened.get(connection) : undefined) ?? now;
  if (connection !== undefined) opened.set(connection, entrances);
  const failed = (kind: Failure['kind'], got = answer): Failure => ({
    kind,
    request: `${reused ? `${Math.round(from - (connection?.from ?? from))} ms old` : 'new'} :${shape.port} sni ${shape.sni ?? '-'} ${shape.host}${shape.path}${shape.isCall ? ' call' : ''}${shape.failsOnce ? ' fails once' : ''} (${Math.round(to - from)} ms)`,
    got,
    acknowledgedMs: from - history.acknowledgedAt(from),
    allowed: allowedOf(shape, states, entrances),
    states: states.map(({ number, kind: change }) => `${number} ${change}`),
  });

  if (/^(refused|reset)/.test(answer)) {
    if (!reused && entrances.has(undefined)) return undefined;
    const heldBack = reused ? undefined : refusalOfClient(shape, states);
    return heldBack ?? failed(answer.startsWith('refused') ? 'refused' : 'reset');
  }
  if (answer === 'timeout') return failed('timeout');
  if (!isForetold(exchange, shape, history, entrances)) {
    // It should have been refused; an error says no less.
    const isGone = (state: State): boolean =>
      [...entrances].every((entrance) => entrance === undefined || !state.foretold(shape, entrance));
    if (ERRORS.has(answer) && states.every(isGone)) return undefined;
    return refusalOfRequest(shape, states, entrances, answer) ?? failed('wrong answer');
  }
  // A connection whose client would be refused by now ends with its next answer.
  if (reused && connection !== undefined && letInNoMore(shape, states, entrances)) {
    if (overdue.has(connection)) return failed('let in');
    overdue.add(connection);
  }
  // A resumed session is shown no certificate.
  if (reused || connection === undefined || connection.certificate === '') return undefined;
  const served = certificatesOf(states, shape, fingerprints);
  return served.has(connection.certificate)
    ? undefined
    : failed('wrong certificate', `key pair ${fingerprints.indexOf(connection.certificate)}`);
}

function isForetold(
  { from, to, answer }: Exchange,
  shape: Shape,
  history: History,
  entrances: Entrances,
): boolean {
  const states = history.inForce(from, to);
  const says = (among: readonly State[], entrance: string, endpointsOf = among): boolean => {
    const foretold = among.flatMap((state) => state.foretold(shape, entrance) ?? []);
    const mayPass = new Set(
      foretold.flatMap((one) => (one.kind === 'forward' ? Array.from(one.passed) : [])),
    );
    return foretold.some((one) => fits(one, endpointsOf, mayPass, answer));
  };
  return [...entrances].some((entrance) => {
    if (entrance === undefined) return false;
    if (says(states, entrance)) return true;
    const exists = (state: State): boolean => state.foretold(shape, entrance) !== undefined;
    const gone = states.find((state) => !exists(state));
    if (gone === undefined) return false;
    const last = history.lastInForce(gone.number, exists);
    // Clusters that nothing refers to any more stay as they were then.
    return says(last, entrance, history.since(last[0]?.number ?? 0, to));
  });
}

function allowedOf(shape: Shape, states: readonly State[], entrances: Entrances): readonly string[] {
  const first = new Map<string, number>();
  for (const state of states) {
    for (const entrance of entrances) {
      const foretold = entrance === undefined ? undefined : state.foretold(shape, entrance);
      for (const one of foretold ?? [undefined]) {
        const text = one === undefined ? 'refused' : textOf(one, state);
        if (!first.has(text)) first.set(text, state.number);
      }
    }
  }
  return [...first].map(([text, number]) => `${text} (state ${number})`);
}

/** What a Secret holds changes apart from which listener serves it, as endpoints do from routes. */
function certificatesOf(
  states: readonly State[],
  shape: Shape,
  fingerprints: readonly string[],
): ReadonlySet<string> {
  const secrets = states.flatMap((state) => {
    const entrance = state.entrance(shape);
    return (entrance === undefined ? undefined : state.secret(entrance)) ?? [];
  });
  const pairs = states.flatMap((state) => secrets.map((secret) => state.keyPair(secret)));
  return new Set(pairs.flatMap((pair) => (pair === undefined ? [] : [fingerprints[pair] ?? ''])));
}
