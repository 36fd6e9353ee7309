import type { Evaluation } from '../../src/routing/index.js';
import type { Backend } from '../harness/backend.js';
import type { Answer } from '../harness/request.js';

/**
 * Compares status and number of tries of a forwarded request with what the evaluator foretold. Copies cannot be told from tries: a request that
 * is mirrored is not counted.
 * @param sent the `x-id` of the request, and the status that it asks the backend for
 * @returns `retried`: there were several tries, as foretold
 */
export function triesOf(
  { outcome }: Evaluation,
  answer: Answer,
  sent: { readonly id: string; readonly status: number },
  backends: readonly Backend[],
): { readonly fault?: string; readonly retried: boolean } {
  const backend = backends.find(({ name }) => name === answer.headers['x-backend']);
  if (outcome.kind !== 'forward' || backend === undefined) return { retried: false };
  if (answer.status !== sent.status)
    return { fault: `${backend.name} answered ${sent.status}, got ${answer.status}`, retried: false };
  if (outcome.shares.some(({ mirrors }) => mirrors.length > 0)) return { retried: false };
  const { retry } = outcome;
  const foretold = retry?.codes.includes(sent.status) === true ? retry.attempts + 1 : 1;
  const tries = backend.received.filter(({ headers }) => headers['x-id'] === sent.id).length;
  return tries === foretold
    ? { retried: tries > 1 }
    : { fault: `foretold ${foretold} tries, ${backend.name} saw ${tries}`, retried: false };
}
