import { isIP } from 'node:net';

/**
 * Whether a Host header may be answered. A page of another site can make a browser ask this endpoint, and read the answer, only by a name of
 * its own that it points here (DNS rebinding); an address literal or `localhost` cannot be such a name.
 * @param own the name that the endpoint was told to bind
 */
export function isOwnHost(header: string | undefined, own: string): boolean {
  if (header === undefined) return false;
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(header)?.[1];
  const host = bracketed ?? header.replace(/:\d+$/, '').toLowerCase();
  return isIP(host) !== 0 || host === 'localhost' || host === own.toLowerCase();
}
