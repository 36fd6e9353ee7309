import { describe, expect, it } from '@jest/globals';
import { duration } from './duration.js';
import { retryPolicy } from './retry.js';
import { forward } from './testing/fleets.js';
import { timeouts } from './timeouts.js';

const once = { attempts: 1, codes: [], backoffMs: undefined };

describe('a retry policy', () => {
  it('retries what no backend can have processed, and statuses only when some are listed', () => {
    expect(retryPolicy(once, 0)).toMatchObject({
      retryOn: 'connect-failure,refused-stream,reset-before-request',
      numRetries: { value: 1 },
    });
    const listed = retryPolicy({ ...once, attempts: 3, codes: [500, 503] }, 0);
    expect(listed).toMatchObject({
      retryOn: 'connect-failure,refused-stream,reset-before-request,retriable-status-codes',
      retriableStatusCodes: [500, 503],
      numRetries: { value: 3 },
    });
  });

  it('retries after the time-out of a try, where there is one', () => {
    expect(retryPolicy(once, 0).perTryTimeout).toBeUndefined();
    expect(retryPolicy(once, 500)).toMatchObject({
      retryOn: 'connect-failure,refused-stream,reset-before-request,reset',
      perTryTimeout: duration(500),
    });
  });

  it('has the back-off that is asked for, else the default', () => {
    expect(retryPolicy({ ...once, backoffMs: 100 }, 0).retryBackOff).toEqual({ baseInterval: duration(100) });
    expect(retryPolicy(once, 0).retryBackOff).toEqual({ baseInterval: duration(25) });
  });

  it('prefers endpoints that have not failed yet', () => {
    expect(retryPolicy(once, 0).retryHostPredicate?.map(({ name }) => name)).toEqual([
      'envoy.retry_host_predicates.previous_hosts',
    ]);
  });
});

describe('the time-outs of a route', () => {
  const of = (requestTimeoutMs: number, backendTimeoutMs: number, attempts = 0) => {
    const retry = attempts === 0 ? undefined : { ...once, attempts };
    return timeouts(forward([], { requestTimeoutMs, backendTimeoutMs, retry }));
  };

  it('are the shorter of the two without retries', () => {
    expect(of(0, 0)).toEqual({ timeout: duration(0) });
    expect(of(10_000, 500)).toEqual({ timeout: duration(500) });
    expect(of(0, 500)).toEqual({ timeout: duration(500) });
  });

  it('are that of the request with them: the other is that of a try', () => {
    expect(of(10_000, 500, 1)).toEqual({ timeout: duration(10_000) });
    expect(of(0, 500, 1)).toEqual({ timeout: duration(0) });
  });

  it('lift the idle time-out of a stream that may be silent longer, up to a day', () => {
    expect(of(600_000, 0)).toEqual({ timeout: duration(600_000), idleTimeout: duration(600_000) });
    expect(of(0, 200_000, 1)).toEqual({ timeout: duration(0), idleTimeout: duration(400_500) });
    expect(of(0, 200_000, 4_294_967_295).idleTimeout).toEqual(duration(86_400_000));
  });
});
