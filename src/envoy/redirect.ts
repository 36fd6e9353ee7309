import { assertNever } from '../errors/index.js';
import { envoy } from '../proto/index.js';
import type { ActionModel } from '../routing/index.js';
import { prefixRewrite, type PrefixRewrite } from './path-rewrite.js';

type RedirectAction = envoy.config.route.v3.RedirectAction;
type Redirect = Extract<ActionModel, { kind: 'redirect' }>;

/** Where the request came in: a redirect that names no scheme or port goes back there. */
export interface Entrance {
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** Source: HTTPRequestRedirectFilter. Path and query are kept unless the filter replaces the path. */
export function redirectAction(redirect: Redirect, entrance: Entrance): RedirectAction {
  const port = portRedirect(redirect, entrance);
  return {
    ...(redirect.scheme !== undefined && { schemeRedirect: redirect.scheme }),
    ...(redirect.hostname !== undefined && { hostRedirect: redirect.hostname }),
    ...(port !== undefined && { portRedirect: port }),
    ...pathOf(redirect),
    responseCode: responseCode(redirect.status),
  };
}

/**
 * HTTPRequestRedirectFilter.port: without one, the default port of the scheme if that is given, else the listener's own. The default port of
 * the resulting scheme is left out – except where Envoy, which keeps the request's Host, would then keep another port that came with it.
 */
function portRedirect({ scheme, hostname, port }: Redirect, entrance: Entrance): number | undefined {
  const target = port ?? (scheme === undefined ? entrance.port : DEFAULT_PORTS[scheme]);
  const isDefault = target === DEFAULT_PORTS[scheme ?? entrance.scheme];
  const hostCarriesPort = hostname === undefined && entrance.port !== DEFAULT_PORTS[entrance.scheme];
  return isDefault && !hostCarriesPort ? undefined : target;
}

function pathOf({ path }: Redirect): { readonly pathRedirect?: string } | PrefixRewrite {
  if (path === undefined) return {};
  return path.kind === 'full' ? { pathRedirect: path.value === '' ? '/' : path.value } : prefixRewrite(path);
}

function responseCode(status: Redirect['status']): envoy.config.route.v3.RedirectAction.RedirectResponseCode {
  const codes = envoy.config.route.v3.RedirectAction.RedirectResponseCode;
  switch (status) {
    case 301:
      return codes.MOVED_PERMANENTLY;
    case 302:
      return codes.FOUND;
    case 303:
      return codes.SEE_OTHER;
    case 307:
      return codes.TEMPORARY_REDIRECT;
    case 308:
      return codes.PERMANENT_REDIRECT;
    default:
      return assertNever(status);
  }
}
