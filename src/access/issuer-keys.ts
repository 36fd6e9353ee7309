import { setTimeout as sleep } from 'node:timers/promises';
import { WindlassError } from '../errors/index.js';
import { readServiceAccountIssuer, type ApiClient, type ServiceAccountIssuer } from '../kubernetes/index.js';
import type { Logger } from '../telemetry/index.js';

/** Milliseconds. */
export interface IssuerLimits {
  /** Between two readings. Default ten minutes. */
  readonly issuerMs: number;
  /** After one that failed. Default five seconds. */
  readonly issuerRetryMs: number;
  /** Between two readings that unknown keys ask for. Default half a minute. */
  readonly unknownKeyMs: number;
}

const LIMITS: IssuerLimits = { issuerMs: 600_000, issuerRetryMs: 5_000, unknownKeyMs: 30_000 };

/** The keys of the cluster's issuer as they were last read. */
export interface IssuerKeys {
  readonly current: () => ServiceAccountIssuer | undefined;
  /** Reads them again, unless that was just done. */
  readonly lookAgain: () => void;
  readonly stop: () => void;
}

/** Reads the keys now and from time to time. What was read stands while the API server cannot be reached: that is what it is for. */
export function followIssuerKeys(
  client: ApiClient,
  logger: Logger,
  now: () => number,
  limits?: Partial<IssuerLimits>,
): IssuerKeys {
  const { issuerMs, issuerRetryMs, unknownKeyMs } = { ...LIMITS, ...limits };
  const ended = new AbortController();
  let current: ServiceAccountIssuer | undefined;
  let readAt = -Infinity;
  let failure: string | undefined;
  const read = async (): Promise<void> => {
    readAt = now();
    try {
      current = await readServiceAccountIssuer(client);
      failure = undefined;
    } catch (thrown) {
      const { message } = WindlassError.from(thrown);
      // Not at every attempt of a long outage.
      if (failure !== message)
        logger.warn('keys of the ServiceAccount issuer cannot be read', { reason: message });
      failure = message;
    }
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await read();
      const waitMs = failure === undefined ? issuerMs : issuerRetryMs;
      await sleep(waitMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
      if (ended.signal.aborted) return;
    }
  };
  void run();
  return {
    current: () => current,
    lookAgain: () => {
      if (now() - readAt >= unknownKeyMs) void read();
    },
    stop: () => ended.abort(),
  };
}
