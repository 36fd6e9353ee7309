import type { ActionModel } from '../model.js';
import { redirectPort, type Entrance } from '../redirect-port.js';
import { rewritePath } from './rewrite.js';

const WELL_KNOWN = { http: '80', https: '443' } as const;

/** The `Location` of a redirect. @param host the request's authority */
export function redirectLocation(
  redirect: Extract<ActionModel, { kind: 'redirect' }>,
  entrance: Entrance,
  host: string,
  pathAndQuery: string,
): string {
  const scheme = redirect.scheme ?? entrance.scheme;
  const port = redirectPort(redirect, entrance);
  const target = redirect.hostname ?? requestHost(host, entrance, scheme, port);
  const path = rewritePath(redirect.path, pathAndQuery);
  return `${scheme}://${target}${port === undefined ? '' : `:${port}`}${path}`;
}

/** Envoy keeps the authority's port, unless another takes its place or it is the well-known one of a scheme that changes. */
function requestHost(host: string, entrance: Entrance, scheme: string, port: number | undefined): string {
  const { name, port: own } = splitAuthority(host);
  const redundant = scheme !== entrance.scheme && own === WELL_KNOWN[entrance.scheme];
  return port !== undefined || redundant ? name : host;
}

/** `[::1]:80` is `[::1]` and `80`. */
export function splitAuthority(authority: string): {
  readonly name: string;
  readonly port: string | undefined;
} {
  const [, name, port] = /^(.*):(\d*)$/.exec(authority) ?? [];
  const isPort = name !== undefined && (!name.includes(':') || name.endsWith(']'));
  return isPort ? { name, port } : { name: authority, port: undefined };
}
