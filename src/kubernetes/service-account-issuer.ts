import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { ApiClient } from './api-client.js';

/** Who signs the tokens of ServiceAccounts, and by which keys they are recognised. */
export interface ServiceAccountIssuer {
  /** The `iss` of the tokens. */
  readonly issuer: string;
  /** By `kid`. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/**
 * Reads what the API server publishes of its issuer; every ServiceAccount may (ClusterRole system:service-account-issuer-discovery).
 * Keys of a sort that this system does not know are left out. Source: Kubernetes, "ServiceAccount token issuer discovery".
 * @throws ApiError
 */
export async function readServiceAccountIssuer(client: ApiClient): Promise<ServiceAccountIssuer> {
  const [configuration, { keys = [] }] = await Promise.all([
    client.call({ path: '/.well-known/openid-configuration' }) as Promise<{ readonly issuer?: string }>,
    client.call({
      path: '/openid/v1/jwks',
      accept: 'application/jwk-set+json, application/json',
    }) as Promise<{
      readonly keys?: readonly (JsonWebKey & { readonly kid?: string })[];
    }>,
  ]);
  return {
    issuer: configuration.issuer ?? '',
    keys: new Map(
      keys.flatMap((jwk) => {
        const key = keyOf(jwk);
        return key === undefined || jwk.kid === undefined ? [] : [[jwk.kid, key] as const];
      }),
    ),
  };
}

function keyOf(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // Its tokens are those of an unknown key: the API server is asked about them.
    return undefined;
  }
}
