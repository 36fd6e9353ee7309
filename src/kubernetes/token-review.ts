import type { ApiClient } from './api-client.js';
import { ApiError } from './api-error.js';

/** Of the tokens that Envoys show (DESIGN D13). */
export const TOKEN_AUDIENCE = 'windlass-xds';

/** What the API server says of a token. */
export type TokenReview =
  | {
      readonly kind: 'accepted';
      /** As `system:serviceaccount:shop:edge`. */
      readonly username: string;
      /** Of the audiences asked for, those that the token is for. Never empty. */
      readonly audiences: readonly string[];
    }
  | {
      readonly kind: 'refused';
      /** The server's words; '' without any. */
      readonly message: string;
    };

/** A client waits for its answer meanwhile. Milliseconds. */
const REVIEW_MS = 5_000;

/**
 * Asks the API server whose token it is, and whether it is good for one of the audiences. It knows what a signature does not tell: that the ServiceAccount or
 * the pod it is bound to is gone. Source: authentication.k8s.io/v1 TokenReview.
 * @throws ApiError there is no answer, or one that says nothing
 */
export async function reviewToken(
  client: ApiClient,
  token: string,
  audiences: readonly string[],
): Promise<TokenReview> {
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences },
  };
  const answer = (await client.call({ method: 'POST', path, body, timeoutMs: REVIEW_MS })) as Answer;
  const { status } = answer;
  if (status === undefined) throw new ApiError(`${path}: the answer has no status`, { status: 0 });
  if (status.authenticated !== true) return { kind: 'refused', message: status.error ?? '' };
  // An authenticator that knows nothing of audiences names none: such a token is good for anybody.
  const good = audiences.filter((audience) => status.audiences?.includes(audience));
  return good.length === 0
    ? { kind: 'refused', message: `it is for none of the audiences ${audiences.join(', ')}` }
    : { kind: 'accepted', username: status.user?.username ?? '', audiences: good };
}

interface Answer {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string };
    readonly audiences?: readonly string[];
    readonly error?: string;
  };
}
