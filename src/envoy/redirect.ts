import { assertNever } from '../errors/index.js';
import { envoy } from '../proto/index.js';
import { redirectPort, type ActionModel, type Entrance } from '../routing/index.js';
import { prefixRewrite, type PrefixRewrite } from './path-rewrite.js';

type RedirectAction = envoy.config.route.v3.RedirectAction;
type Redirect = Extract<ActionModel, { kind: 'redirect' }>;

/** Source: HTTPRequestRedirectFilter. Path and query are kept unless the filter replaces the path. */
export function redirectAction(redirect: Redirect, entrance: Entrance): RedirectAction {
  const port = redirectPort(redirect, entrance);
  return {
    ...(redirect.scheme !== undefined && { schemeRedirect: redirect.scheme }),
    ...(redirect.hostname !== undefined && { hostRedirect: redirect.hostname }),
    ...(port !== undefined && { portRedirect: port }),
    ...pathOf(redirect),
    responseCode: responseCode(redirect.status),
  };
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
