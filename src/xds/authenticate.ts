import type { Metadata } from '@grpc/grpc-js';

/** Which fleet does a bearer token stand for? Undefined: none. */
export type Authenticate = (token: string) => string | undefined | Promise<string | undefined>;

/** Which fleet does a call belong to? Undefined: to none. */
export type FleetOf = (metadata: Metadata) => string | undefined | Promise<string | undefined>;

/** By the bearer token in the `authorization` metadata. */
export async function fleetOfToken(
  metadata: Metadata,
  authenticate: Authenticate,
): Promise<string | undefined> {
  const [authorization = ''] = metadata.get('authorization');
  const token = /^Bearer +(\S+)$/i.exec(String(authorization))?.[1];
  return token === undefined ? undefined : await authenticate(token);
}
