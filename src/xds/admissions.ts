import { status } from '@grpc/grpc-js';
import { WindlassError } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';
import type { Admission, Admit } from './authenticate.js';
import type { Call } from './call.js';
import type { XdsCounters } from './counters.js';

export type Admitted = Extract<Admission, { readonly kind: 'admitted' }>;
type Refused = Extract<Admission, { readonly kind: 'refused' }>;

/** An Envoy that is refused comes again within two seconds, for ever: the same is said once in this time. Milliseconds. */
const QUIET_MS = 60_000;

/** Different refusals that are remembered; beyond, the oldest is said again. */
const MOST = 1_000;

/**
 * Looks at a new call: what it may have, or undefined. Then it has been counted, logged – the same no more than once a minute, with how often it was not said
 * since –, and ended.
 * @param now milliseconds of a clock that only goes forward
 */
export function createAdmissions(
  log: Logger,
  counters: XdsCounters,
  now: () => number,
): (call: Call, admit: Admit) => Promise<Admitted | undefined> {
  const said = new Map<string, { readonly at: number; unsaid: number }>();
  const say = ({ reason, details }: Refused, peer: string): void => {
    const key = `${reason} ${details}`;
    const last = said.get(key);
    if (last !== undefined && now() - last.at < QUIET_MS) {
      last.unsaid += 1;
      return;
    }
    log.warn('xds stream refused', { peer, reason, details, ...(last && { unsaid: last.unsaid }) });
    said.delete(key);
    said.set(key, { at: now(), unsaid: 0 });
    const [oldest] = said.keys();
    if (said.size > MOST && oldest !== undefined) said.delete(oldest);
  };
  return async (call, admit) => {
    const admission = await admissionOf(call, admit, log);
    if (admission.kind === 'admitted') return admission;
    const { reason, code, details } = admission;
    counters.unauthenticated += 1;
    counters.refusals[reason] = (counters.refusals[reason] ?? 0) + 1;
    say(admission, call.peer);
    call.end({ code, details });
    return undefined;
  };
}

async function admissionOf(call: Call, admit: Admit, log: Logger): Promise<Admission> {
  try {
    return await admit(call.metadata);
  } catch (thrown) {
    log.error('xds authentication failed', { reason: WindlassError.from(thrown).message });
    const details = 'the token could not be checked';
    return { kind: 'refused', reason: 'failed', code: status.UNAVAILABLE, details };
  }
}
