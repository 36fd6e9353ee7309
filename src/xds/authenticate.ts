import type { IncomingHttpHeaders } from 'node:http2';

/** Which fleet does a bearer token stand for? Undefined: none. */
export type Authenticate = (token: string) => string | undefined | Promise<string | undefined>;

/** Which fleet does a call belong to? Undefined: to none. */
export type FleetOf = (headers: IncomingHttpHeaders) => string | undefined | Promise<string | undefined>;

/** By the bearer token in the `authorization` metadata. */
export async function fleetOfToken(
  { authorization }: IncomingHttpHeaders,
  authenticate: Authenticate,
): Promise<string | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return token === undefined ? undefined : await authenticate(token);
}
