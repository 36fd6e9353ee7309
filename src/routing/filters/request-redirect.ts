import type { FilterRule } from './filter.js';
import { translatePathModifier } from './path-modifier.js';

/**
 * Scheme, host and port that are not given are those of the request and its listener; which port `Location` shows is decided
 * where the listener is known. Source: Gateway API, HTTPRequestRedirectFilter.
 */
export const requestRedirect: FilterRule<'RequestRedirect'> = (
  { requestRedirect: redirect },
  { at, match },
) => {
  const path =
    redirect.path === undefined
      ? undefined
      : translatePathModifier(redirect.path, match, { at: `${at}.requestRedirect.path`, queryAllowed: true });
  if (path !== undefined && 'accepted' in path) return path;
  return {
    redirect: {
      kind: 'redirect',
      scheme: redirect.scheme,
      hostname: redirect.hostname,
      port: redirect.port,
      path,
      status: redirect.statusCode ?? 302,
    },
  };
};
