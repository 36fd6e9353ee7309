import type { envoy } from '../proto/index.js';
import type { ActionModel } from '../routing/index.js';
import { ROUTE_ACTION, STREAM_IDLE_TIMEOUT_MS } from './defaults.js';
import { duration } from './duration.js';
import { longestBackoffMs } from './retry.js';

type Forward = Extract<ActionModel, { kind: 'forward' }>;
/** An idle stream is given up after a day, whatever its tries may add up to. */
const LONGEST_IDLE_MS = 86_400_000;

type Timeouts = Pick<envoy.config.route.v3.RouteAction, 'timeout' | 'idleTimeout'>;

/**
 * HTTPRouteTimeouts of the request as a whole. Without retries one try is the whole request, so the shorter of the two limits holds; with them
 * the limit of one try is the retry policy's. Always written, because Envoy's own default is 15 s. What is allowed to take longer than the
 * stream's idle timeout may be silent so long.
 */
export function timeouts({ requestTimeoutMs, backendTimeoutMs, retry }: Forward): Timeouts {
  const limits = [requestTimeoutMs, retry === undefined ? backendTimeoutMs : 0].filter((limit) => limit > 0);
  const limit = limits.length === 0 ? undefined : Math.min(...limits);
  const tries =
    retry === undefined || backendTimeoutMs === 0
      ? 0
      : (retry.attempts + 1) * (backendTimeoutMs + longestBackoffMs(retry));
  const longest = limit ?? tries;
  return {
    ...(limit === undefined ? ROUTE_ACTION.values : { timeout: duration(limit) }),
    ...(longest > STREAM_IDLE_TIMEOUT_MS && { idleTimeout: duration(Math.min(longest, LONGEST_IDLE_MS)) }),
  };
}
