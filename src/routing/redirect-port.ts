import type { ActionModel } from './model.js';

/** Where a request came in. */
export interface Entrance {
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

const WELL_KNOWN = { http: 80, https: 443 } as const;

/**
 * The port a redirect writes into `Location`; undefined writes none. Without a port in the filter: the scheme's well-known one if the
 * filter names a scheme, else the listener's. A well-known port is left out – except where the request's own Host is kept and may
 * carry the listener's port. Source: Gateway API, HTTPRequestRedirectFilter.port.
 */
export function redirectPort(
  { scheme, hostname, port }: Extract<ActionModel, { kind: 'redirect' }>,
  entrance: Entrance,
): number | undefined {
  const target = port ?? (scheme === undefined ? entrance.port : WELL_KNOWN[scheme]);
  const wellKnown = target === WELL_KNOWN[scheme ?? entrance.scheme];
  const hostCarriesPort = hostname === undefined && entrance.port !== WELL_KNOWN[entrance.scheme];
  return wellKnown && !hostCarriesPort ? undefined : target;
}
