import type { ServiceAccountIssuer } from '../kubernetes/index.js';
import type { Admission, Authenticate } from '../xds/index.js';
import { refusal } from './refusals.js';
import { createReviews, type Review, type ReviewsOptions } from './reviews.js';
import { checkSignature, readToken, type Token } from './token.js';

/** Which fleet does a ServiceAccount belong to? Undefined: to none. */
export type FleetOf = (namespace: string, serviceAccount: string) => string | undefined;

export interface AuthenticateOptions extends ReviewsOptions {
  readonly fleetOf: FleetOf;
  /** A token is signed by a key that is not known: the issuer may have a new one. */
  readonly onUnknownKey: () => void;
}

/** A stream that the API server has not vouched for ends after so long, and is looked at again. Milliseconds. */
const UNREVIEWED_MS = 10 * 60_000;

/**
 * Admits the bearer of a ServiceAccount token for our audience to the fleet of that ServiceAccount, until the token ends. What a token says of itself is only
 * ever held against it, before the API server has accepted it: so the API server is not asked about what cannot be right.
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const review = createReviews(options);
  return async (text) => {
    const token = readToken(text);
    if (token === undefined) return refusal('malformed', 'the token is no bound ServiceAccount token');
    const fault = faultOf(token, options.issuer(), options);
    if (fault !== undefined) return fault;
    return admissionOf(token, await review(text, token), options);
  };
}

/** What is wrong with it at first sight. */
function faultOf(
  token: Token,
  issuer: ServiceAccountIssuer | undefined,
  { audience, now, onUnknownKey }: AuthenticateOptions,
): Admission | undefined {
  if (!token.audiences.includes(audience))
    return refusal('wrong_audience', `the token is not for the audience ${audience}`);
  if (token.expiresAt <= now()) return refusal('expired', 'the token has expired');
  const signature = checkSignature(token, issuer);
  if (signature === 'invalid') return refusal('forged', 'the token is not signed by this cluster');
  if (signature === 'unknown') onUnknownKey();
  return undefined;
}

function admissionOf(token: Token, review: Review, { fleetOf, now }: AuthenticateOptions): Admission {
  const { namespace, serviceAccount, pod, expiresAt } = token;
  switch (review.kind) {
    case 'refused':
      return refusal(
        'not_accepted',
        `the API server does not accept the token: ${review.message.slice(0, 200)}`,
      );
    case 'unknown':
      return refusal('unreviewed', 'the API server cannot be asked about the token');
    case 'accepted':
      // The payload is signed, so it says the same; nobody else may be taken for a ServiceAccount.
      if (review.username !== `system:serviceaccount:${namespace}:${serviceAccount}`)
        return refusal('not_accepted', 'the token is not that of a ServiceAccount');
      break;
    case 'signed':
      if (token.notBefore > now()) return refusal('not_accepted', 'the token is not valid yet');
  }
  const fleet = fleetOf(namespace, serviceAccount);
  if (fleet === undefined)
    return refusal(
      'no_fleet',
      `ServiceAccount ${namespace}/${serviceAccount} may have the configuration of no Gateway`,
    );
  return {
    kind: 'admitted',
    fleet,
    who: `${namespace}/${pod ?? serviceAccount}`,
    until: review.kind === 'signed' ? Math.min(expiresAt, now() + UNREVIEWED_MS) : expiresAt,
  };
}
