import type { Evaluation } from '../../src/routing/index.js';
import type { Backend } from '../harness/backend.js';
import type { Answer } from '../harness/request.js';

/** How often a backend should see a request: tries and copies. */
export interface Sightings {
  /** `x-id` of the request. */
  readonly id: string;
  readonly backend: string;
  readonly least: number;
  readonly most: number;
}

export interface Tries {
  readonly fault?: string;
  /** There are several tries, as foretold. */
  readonly retried: boolean;
  /** There are copies, as foretold. */
  readonly mirrored: boolean;
  /** To be compared when everything has arrived: copies take their time. */
  readonly sightings: readonly Sightings[];
}

const NOTHING: Tries = { retried: false, mirrored: false, sightings: [] };

/**
 * What the evaluator foretold of status, tries and copies of a forwarded request.
 * @param sent the `x-id` of the request, and the status that it asks backends for
 */
export function triesOf(
  { outcome }: Evaluation,
  answer: Answer,
  sent: { readonly id: string; readonly status: number },
  backends: readonly string[],
  backendOf: (cluster: string) => string | undefined,
): Tries {
  const answered = String(answer.headers['x-backend'] ?? '');
  if (outcome.kind !== 'forward' || answered === '') return NOTHING;
  if (answer.status !== sent.status)
    return { ...NOTHING, fault: `${answered} answered ${sent.status}, got ${answer.status}` };
  const [share, ...others] = outcome.shares.filter(
    ({ cluster = '', answer: own }) => own === undefined && backendOf(cluster) === answered,
  );
  // Two shares of one backend cannot be told apart.
  if (share === undefined || others.length > 0) return NOTHING;
  const { retry } = outcome;
  const tries = retry?.codes.includes(sent.status) === true ? retry.attempts + 1 : 1;
  const sightings = backends.map((backend) => {
    const copies = share.mirrors.filter(({ cluster }) => backendOf(cluster) === backend);
    const always = copies.filter(({ perMillion }) => perMillion === 1_000_000).length;
    const own = backend === answered ? tries : 0;
    return { id: sent.id, backend, least: own + always, most: own + copies.length };
  });
  const mirrored = sightings.some(({ backend, least }) => least > (backend === answered ? tries : 0));
  return { retried: tries > 1, mirrored, sightings };
}

/** The sightings that were not as foretold, so far. */
export function wrongSightings(
  sightings: readonly Sightings[],
  backends: readonly Backend[],
): readonly string[] {
  const seen = new Map<string, number>();
  for (const { name, received } of backends) {
    for (const { headers } of received) {
      const key = `${String(headers['x-id'])} ${name}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  return sightings.flatMap(({ id, backend, least, most }) => {
    const count = seen.get(`${id} ${backend}`) ?? 0;
    return count >= least && count <= most
      ? []
      : [`request ${id}: ${backend} should see it ${least} to ${most} times, saw it ${count} times`];
  });
}
