import { describe, expect, it } from '@jest/globals';
import { filtered } from './testing/filtered.js';

function retrying(retry: string, more = '') {
  const backends = `retry: { ${retry} }, ${more} backendRefs: [{ name: a, port: 80 }]`;
  const s = filtered('', { backends });
  const { outcome } = s.evaluate('http://h/');
  return {
    accepted: s.parent('r').accepted,
    retry: outcome.kind === 'forward' ? outcome.retry : outcome.kind,
  };
}

describe('retry', () => {
  it('is not done unless asked for, and switched off by zero attempts', () => {
    expect(filtered('').evaluate('http://h/').outcome).toMatchObject({ retry: undefined });
    expect(retrying('attempts: 0, codes: [500], backoff: 1s').retry).toBeUndefined();
  });

  it('has one attempt, no codes and no back-off unless told otherwise', () => {
    expect(retrying('').retry).toEqual({ attempts: 1, codes: [], backoffMs: undefined });
    expect(retrying('attempts: 3, codes: [503, 429, 500], backoff: 1s500ms').retry).toEqual({
      attempts: 3,
      codes: [429, 500, 503],
      backoffMs: 1500,
    });
  });

  it('waits at least a millisecond', () => {
    expect(retrying('backoff: 0s').retry).toMatchObject({ backoffMs: 1 });
  });

  it('counts no further than Envoy can', () => {
    expect(retrying('attempts: 5000000000').retry).toMatchObject({ attempts: 4_294_967_295 });
  });

  it('stands beside time-outs', () => {
    expect(retrying('', 'timeouts: { request: 10s, backendRequest: 1s },').retry).toMatchObject({
      attempts: 1,
    });
  });
});
