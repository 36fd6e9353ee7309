import { any, type envoy } from '../proto/index.js';
import type { RetryModel } from '../routing/index.js';
import { RETRY, RETRY_BACKOFF_MS } from './defaults.js';
import { duration } from './duration.js';
import { EXTENSIONS } from './names.js';

type RetryPolicy = envoy.config.route.v3.RetryPolicy;

/** Envoy waits a random time below a limit that doubles with each retry, up to so many times the first. */
const MOST_BACKOFF = 10;

/**
 * The backend has certainly not processed the request: no connection was established, the stream was refused, or not even the headers were
 * sent. Source: HTTPRouteRetry.
 */
const UNPROCESSED = ['connect-failure', 'refused-stream', 'reset-before-request'];

/**
 * Whoever limits the time of a try and asks for retries wants the next try after it (HTTPRouteRetry.backoff), which may be the second time
 * that a backend processes the request. Envoy cannot tell that from a reset by the backend, so there, and only there, both are retried.
 */
export function retryPolicy(retry: RetryModel, tryTimeoutMs: number): RetryPolicy {
  const { attempts, codes, backoffMs } = retry;
  const conditions = [
    ...UNPROCESSED,
    ...(codes.length > 0 ? ['retriable-status-codes'] : []),
    ...(tryTimeoutMs > 0 ? ['reset'] : []),
  ];
  return {
    ...RETRY.values,
    retryOn: conditions.join(','),
    numRetries: { value: attempts },
    ...(codes.length > 0 && { retriableStatusCodes: codes }),
    ...(tryTimeoutMs > 0 && { perTryTimeout: duration(tryTimeoutMs) }),
    ...(backoffMs !== undefined && { retryBackOff: { baseInterval: duration(backoffMs) } }),
    retryHostPredicate: [
      {
        name: EXTENSIONS.previousHosts,
        typedConfig: any('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate', {}),
      },
    ],
  };
}

export function longestBackoffMs({ backoffMs = RETRY_BACKOFF_MS }: RetryModel): number {
  return backoffMs * MOST_BACKOFF;
}
