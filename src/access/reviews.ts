import { createHash } from 'node:crypto';
import {
  reviewToken,
  type ApiClient,
  type ServiceAccountIssuer,
  type TokenReview,
} from '../kubernetes/index.js';
import { WindlassError } from '../errors/index.js';
import type { Logger, Metrics } from '../telemetry/index.js';
import { createRecent } from './recent.js';
import { checkSignature, type Token } from './token.js';
import { createTurns } from './turns.js';

/** What is known of a token. */
export type Review =
  | TokenReview
  /** The API server could not be asked. The cluster signed the token; whether it was revoked since is not known. */
  | { readonly kind: 'signed' }
  /** Nor could its signature be checked. */
  | { readonly kind: 'unknown' };

export interface ReviewLimits {
  /**
   * An Envoy that loses its stream comes again within two seconds, perhaps many times: what the API server said of its token is good for this long. The
   * stream that it opens lives far longer, so this delays no revocation. Milliseconds.
   */
  readonly freshMs: number;
  /** An API server that has not answered is not asked again for so long; tokens are checked by their signature meanwhile. Milliseconds. */
  readonly silentMs: number;
}

const LIMITS: ReviewLimits = { freshMs: 60_000, silentMs: 5_000 };

/** Questions to the API server at a time: a thousand Envoys that come at once must not keep it from others. */
const AT_ONCE = 32;

/** The same about tokens whose signature cannot be checked: made-up ones must not keep real ones waiting. */
const STRANGERS_AT_ONCE = 8;

/** Between two log lines that say that the API server does not answer. Milliseconds. */
const QUIET_MS = 60_000;

/** Tokens that are remembered, accepted and refused: two of each of five thousand Envoys. */
const MOST = 10_000;

export interface ReviewsOptions {
  readonly client: ApiClient;
  readonly audience: string;
  /** As last read; undefined: not yet. */
  readonly issuer: () => ServiceAccountIssuer | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: Partial<ReviewLimits>;
}

/**
 * Asks the API server about tokens, not more often than it must. Nothing of a token is kept but its hash. While the server does not answer, what it said
 * before stands until the token ends, a refusal before anything else; of a token that it never saw the signature decides.
 */
export function createReviews(options: ReviewsOptions): (text: string, token: Token) => Promise<Review> {
  const { client, audience, issuer, logger, metrics, now } = options;
  const { freshMs, silentMs } = { ...LIMITS, ...options.limits };
  const known = createRecent<{ readonly review: TokenReview; readonly at: number }>(MOST);
  const asking = new Map<string, Promise<Review>>();
  const inTurn = createTurns(AT_ONCE);
  const strangersInTurn = createTurns(STRANGERS_AT_ONCE);
  let isSilent = false;
  let silentUntil = 0;
  let saidAt = -Infinity;

  const ask = async (hash: string, text: string, token: Token): Promise<Review> => {
    if (now() >= silentUntil) {
      // One at a time finds out whether it speaks again.
      if (isSilent) silentUntil = now() + silentMs;
      try {
        const review = await reviewToken(client, text, [audience]);
        [isSilent, silentUntil] = [false, 0];
        metrics.add('windlass_token_reviews_total', { result: review.kind });
        // A made-up token is refused and not remembered, so that nobody can push out what is known of real ones.
        if (review.kind === 'accepted' || checkSignature(token, issuer()) === 'valid')
          known.set(hash, { review, at: now() });
        return review;
      } catch (thrown) {
        const { message } = WindlassError.from(thrown);
        metrics.add('windlass_token_reviews_total', { result: 'failed' });
        if (now() - saidAt >= QUIET_MS) {
          saidAt = now();
          logger.error('token review failed: tokens are checked by their signature', { reason: message });
        }
        [isSilent, silentUntil] = [true, now() + silentMs];
      }
    }
    const last = known.get(hash)?.review;
    if (last !== undefined) return last;
    if (checkSignature(token, issuer()) !== 'valid') return { kind: 'unknown' };
    metrics.add('windlass_token_reviews_total', { result: 'signature' });
    return { kind: 'signed' };
  };

  return async (text, token) => {
    const hash = createHash('sha256').update(text).digest('base64');
    const last = known.get(hash);
    if (last !== undefined && now() - last.at < freshMs) {
      metrics.add('windlass_token_reviews_total', { result: 'remembered' });
      return last.review;
    }
    const turns = checkSignature(token, issuer()) === 'valid' ? inTurn : strangersInTurn;
    const under = asking.get(hash) ?? turns(() => ask(hash, text, token));
    asking.set(hash, under);
    try {
      return await under;
    } finally {
      asking.delete(hash);
    }
  };
}
