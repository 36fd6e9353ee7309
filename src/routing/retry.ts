import type { HttpRouteRule } from '../resources/index.js';
import { durationMs } from './durations.js';
import type { Refusal, RetryModel } from './model.js';
import { refusal } from './refusals.js';

const DEFAULT_ATTEMPTS = 1;
/** What Envoy can count. */
const MOST_ATTEMPTS = 4_294_967_295;
const SHORTEST_BACKOFF_MS = 1;

export interface Retry {
  /** Undefined: nothing is retried. */
  readonly retry: RetryModel | undefined;
  readonly refusals: readonly Refusal[];
}

/** Source: Gateway API, HTTPRouteRetry. Zero attempts switch retries off. */
export function translateRetry({ retry }: Pick<HttpRouteRule, 'retry'>, at: string): Retry {
  if (retry === undefined) return { retry: undefined, refusals: [] };
  const attempts = retry.attempts ?? DEFAULT_ATTEMPTS;
  const backoffMs = retry.backoff === undefined ? undefined : durationMs(retry.backoff);
  if (retry.backoff !== undefined && backoffMs === undefined) {
    const message = `${retry.backoff} is not a duration`;
    return { retry: undefined, refusals: [refusal('UnsupportedValue', message, `${at}.retry.backoff`)] };
  }
  if (attempts === 0) return { retry: undefined, refusals: [] };
  return {
    retry: {
      attempts: Math.min(attempts, MOST_ATTEMPTS),
      codes: [...new Set(retry.codes)].toSorted((a, b) => a - b),
      backoffMs: backoffMs === undefined ? undefined : Math.max(backoffMs, SHORTEST_BACKOFF_MS),
    },
    refusals: [],
  };
}
