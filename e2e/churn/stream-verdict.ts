import type { History } from './history.js';
import type { StreamName } from './streams.js';
import { type HeldBack, refusalOfStream } from './held-back.js';
import type { Failure } from './verdict.js';

/** What a client of a stream met. Times are milliseconds of the monotonic clock. */
export interface StreamExchange {
  readonly stream: StreamName;
  readonly from: number;
  readonly to: number;
  /** When the connection was opened; undefined: for this exchange. */
  readonly keptSince: number | undefined;
  /** Of a new connection the label of the backend, `refused` or `timeout`; of a kept one `same`, `other`, `closed` or `timeout`. */
  readonly answer: string;
}

/** Judges it by the configurations that may have been in force meanwhile. A connection that is kept meets its backend for good, whatever changes. */
export function judgeStream(
  { stream, from, to, keptSince, answer }: StreamExchange,
  history: History,
): Failure | HeldBack | undefined {
  if (answer === 'same') return undefined;
  const states = history.inForce(from, to);
  const foretold = states.map((state) => state.streams(stream));
  const failed = (kind: Failure['kind']): Failure => ({
    kind,
    request: `${stream} ${keptSince === undefined ? 'new' : `${Math.round(from - keptSince)} ms old`} (${Math.round(to - from)} ms)`,
    got: answer,
    acknowledgedMs: from - history.acknowledgedAt(from),
    allowed: foretold.map(({ labels, mayBeRefused }) =>
      [...labels, ...(mayBeRefused ? ['refused'] : [])].join(),
    ),
    states: states.map(({ number, kind: change }) => `${number} ${change}`),
  });
  if (answer === 'timeout') return failed('timeout');
  if (keptSince !== undefined) return failed(answer === 'closed' ? 'reset' : 'wrong answer');
  if (answer !== 'refused')
    return foretold.some(({ labels }) => labels.has(answer)) ? undefined : failed('wrong answer');
  if (foretold.some(({ mayBeRefused }) => mayBeRefused)) return undefined;
  const backends = foretold.flatMap((one) => one.backends);
  return refusalOfStream(backends, states) ?? failed('refused');
}
