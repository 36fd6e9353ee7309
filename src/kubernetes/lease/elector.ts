import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../api-error.js';
import type { ApiClient } from '../api-client.js';
import { microTime } from '../micro-time.js';
import { leasePath, type Lease, type LeaseSpec } from './lease.js';

export interface LeaseTimes {
  /** How long others leave a Lease alone after they have seen it change. Milliseconds, whole seconds. */
  readonly durationMs: number;
  /** How long the holder acts after it began a renewal that succeeded; less than the duration. Milliseconds. */
  readonly renewDeadlineMs: number;
  /** Between two tries. Milliseconds. */
  readonly retryMs: number;
}

export interface ElectorOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly name: string;
  /** Of this candidate; no other has it. */
  readonly identity: string;
  readonly times: LeaseTimes;
  /** Milliseconds, by a clock that nobody sets. */
  readonly now: () => number;
  readonly random: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** We hold it and may act until `until`, on the clock of `now`; undefined: not any more. */
  readonly onTerm: (until: number | undefined) => void;
  /** Somebody else, or ''. */
  readonly onHolder: (holder: string) => void;
  readonly onError: (error: unknown) => void;
}

export const waitFor: ElectorOptions['wait'] = async (ms, signal) => {
  // Whoever stops it is told by the signal itself.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};

/** The Lease as it was seen last, and since when it has not changed by our clock. */
interface Observed {
  readonly lease: Lease;
  readonly at: number;
}

/** Tries of candidates are spread out: up to so much longer. */
const JITTER = 0.2;

/**
 * Competes for a Lease, and holds it, until `signal` aborts; then lets it go, so that the next need not wait. Times that others wrote are compared
 * with nothing: a Lease is free when it has not been *seen* to change for its duration, by our own clock. Whoever holds it acts no longer than
 * the renew deadline after the begin of its last successful renewal, which is before anybody else can find it free. Semantics: client-go's
 * leaderelection, but that whoever loses it competes again.
 */
export async function elect(options: ElectorOptions, signal: AbortSignal): Promise<void> {
  const { times, now, wait, random, onTerm, onError } = options;
  let observed: Observed | undefined;
  /** Until when we act; undefined: we do not hold it. */
  let term: number | undefined;

  const end = (): void => {
    if (term === undefined) return;
    term = undefined;
    onTerm(undefined);
  };

  while (!signal.aborted) {
    const begun = now();
    try {
      const next = await tryOnce(options, observed, term !== undefined, begun);
      observed = next.observed;
      if (next.isHeld) {
        term = begun + times.renewDeadlineMs;
        onTerm(term);
      } else end();
    } catch (error) {
      // Somebody wrote it, or we did and were not told: what is there now is read at once.
      if (isConflict(error) && observed !== undefined) {
        observed = undefined;
        continue;
      }
      onError(error);
    }
    if (term !== undefined && now() >= term) end();
    const pause = term === undefined ? times.retryMs * (1 + JITTER * random()) : times.retryMs;
    await wait(pause, signal);
  }
  const held = term === undefined ? undefined : observed?.lease;
  // First nobody acts here, then somebody else may.
  end();
  if (held !== undefined) await release(options, held).catch(onError);
}

interface Tried {
  readonly observed: Observed;
  readonly isHeld: boolean;
}

async function tryOnce(
  options: ElectorOptions,
  before: Observed | undefined,
  isLeading: boolean,
  begun: number,
): Promise<Tried> {
  const { identity, now } = options;
  // The holder renews what it wrote last, without reading: if anybody wrote in between, it is told so.
  if (isLeading && before !== undefined) {
    const lease = await update(options, before.lease, before.lease.spec);
    return { observed: { lease, at: now() }, isHeld: true };
  }
  const read = await readOrCreate(options);
  if (read.isMine) return { observed: { lease: read.lease, at: now() }, isHeld: true };
  const { lease } = read;
  const isUnchanged = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
  const observed = isUnchanged && before !== undefined ? before : { lease, at: now() };
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec;
  const isFree = holderIdentity === '' || now() - observed.at >= leaseDurationSeconds * 1000;
  if (holderIdentity !== identity && !isFree) {
    options.onHolder(holderIdentity);
    return { observed, isHeld: false };
  }
  const taken = await update(options, lease, takenOver(options, lease.spec));
  // Time that passed before the server took it is ours to lose.
  return { observed: { lease: taken, at: begun }, isHeld: true };
}

/** Ours from now on; one more holder unless it was ours. */
function takenOver({ identity }: ElectorOptions, spec: LeaseSpec): LeaseSpec {
  if (spec.holderIdentity === identity) return spec;
  return {
    holderIdentity: identity,
    acquireTime: microTime(new Date()),
    leaseTransitions: (spec.leaseTransitions ?? 0) + 1,
  };
}

async function readOrCreate(
  options: ElectorOptions,
): Promise<{ readonly lease: Lease; readonly isMine: boolean }> {
  const { client, namespace, name, identity, times } = options;
  const timeoutMs = tryMs(times);
  try {
    const lease = (await client.call({ path: leasePath(namespace, name), timeoutMs })) as Partial<Lease> &
      Pick<Lease, 'metadata'>;
    return { lease: bodyOf(lease.metadata, lease.spec ?? {}), isMine: false };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
  const time = microTime(new Date());
  const spec = { holderIdentity: identity, acquireTime: time, renewTime: time, leaseTransitions: 0 };
  const body = bodyOf({ name, namespace }, { ...spec, leaseDurationSeconds: seconds(times) });
  const lease = await client.call({ method: 'POST', path: leasePath(namespace), body, timeoutMs });
  return { lease: lease as Lease, isMine: true };
}

/** On the version that was read, or none: of two candidates one gets it. */
async function update(
  { client, namespace, name, times }: ElectorOptions,
  { metadata }: Lease,
  spec: LeaseSpec,
): Promise<Lease> {
  const renewed = { ...spec, renewTime: microTime(new Date()), leaseDurationSeconds: seconds(times) };
  const answer = await client.call({
    method: 'PUT',
    path: leasePath(namespace, name),
    body: bodyOf(metadata, renewed),
    timeoutMs: tryMs(times),
  });
  return answer as Lease;
}

/** Nobody's, and the next may take it at once. */
async function release(options: ElectorOptions, { metadata, spec }: Lease): Promise<void> {
  const { client, namespace, name, times } = options;
  const time = microTime(new Date());
  const free = { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time };
  await client.call({
    method: 'PUT',
    path: leasePath(namespace, name),
    body: bodyOf(metadata, { ...free, leaseTransitions: spec.leaseTransitions ?? 0 }),
    timeoutMs: tryMs(times),
  });
}

function bodyOf(metadata: Lease['metadata'], spec: LeaseSpec): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

/** A connection that died without a word costs the half of what a holder has. */
function tryMs({ renewDeadlineMs }: LeaseTimes): number {
  return renewDeadlineMs / 2;
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

function seconds({ durationMs }: LeaseTimes): number {
  return Math.max(1, Math.ceil(durationMs / 1000));
}
