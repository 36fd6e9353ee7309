import { verify } from 'node:crypto';
import type { ServiceAccountIssuer } from '../kubernetes/index.js';

/** What a ServiceAccount token says of itself. Nobody has vouched for it yet. */
export interface Token {
  readonly algorithm: string;
  readonly keyId: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Name of the pod that it is bound to. */
  readonly pod: string | undefined;
  /** What is signed, and by what. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Longer ones are none: those of Kubernetes have about a thousand characters. */
const LONGEST = 16_384;

/**
 * Reads a bound ServiceAccount token (RFC 7519, as TokenRequest makes them). Undefined: it is none, or it has no end – those in Secrets, which
 * Kubernetes made before 1.24.
 */
export function readToken(text: string): Token | undefined {
  const [head, body, tail, ...more] = text.length > LONGEST ? [] : text.split('.');
  if (head === undefined || body === undefined || tail === undefined || more.length > 0) return undefined;
  const header = objectIn(head);
  const claims = objectIn(body);
  const kubernetes = recordOf(claims?.['kubernetes.io']);
  const namespace = kubernetes?.['namespace'];
  const serviceAccount = recordOf(kubernetes?.['serviceaccount'])?.['name'];
  const pod = recordOf(kubernetes?.['pod'])?.['name'];
  const { alg, kid } = header ?? {};
  const { iss, aud, exp, nbf } = claims ?? {};
  if (typeof alg !== 'string' || typeof iss !== 'string' || typeof exp !== 'number') return undefined;
  if (typeof namespace !== 'string' || typeof serviceAccount !== 'string') return undefined;
  return {
    algorithm: alg,
    keyId: typeof kid === 'string' ? kid : '',
    issuer: iss,
    audiences: (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string'),
    notBefore: typeof nbf === 'number' ? nbf * 1000 : 0,
    expiresAt: exp * 1000,
    namespace,
    serviceAccount,
    pod: typeof pod === 'string' ? pod : undefined,
    signed: `${head}.${body}`,
    signature: Buffer.from(tail, 'base64url'),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function objectIn(base64: string): JsonObject | undefined {
  try {
    return recordOf(JSON.parse(Buffer.from(base64, 'base64url').toString()));
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
}

/** What API servers sign with (RFC 7518), by the kind of key that it takes. Never `none`, nor a shared secret. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly keyType: string }>> = {
  RS256: { hash: 'sha256', keyType: 'rsa' },
  RS384: { hash: 'sha384', keyType: 'rsa' },
  RS512: { hash: 'sha512', keyType: 'rsa' },
  ES256: { hash: 'sha256', keyType: 'ec' },
  ES384: { hash: 'sha384', keyType: 'ec' },
  ES512: { hash: 'sha512', keyType: 'ec' },
};

/** `unknown`: signed by a key, in a way or for an issuer that we do not know; the API server may. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unknown';

/** Did the cluster's issuer sign it? */
export function checkSignature(token: Token, issuer: ServiceAccountIssuer | undefined): SignatureVerdict {
  const key = issuer?.keys.get(token.keyId);
  const algorithm = ALGORITHMS[token.algorithm];
  if (key === undefined || algorithm === undefined || token.issuer !== issuer?.issuer) return 'unknown';
  if (key.asymmetricKeyType !== algorithm.keyType) return 'invalid';
  const signed = Buffer.from(token.signed);
  return verify(algorithm.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, token.signature)
    ? 'valid'
    : 'invalid';
}
