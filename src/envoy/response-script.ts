import { any, envoy, type google } from '../proto/index.js';
import type { ActionModel } from '../routing/index.js';
import type { FilterConfig } from './filter-config.js';
import { EXTENSIONS } from './names.js';

// What Envoy has no field for: a few lines of Lua on the answer, on the routes that need them and on no other.

type Forward = Extract<ActionModel, { kind: 'forward' }>;

/**
 * An attribute of a session cookie that the proxy alone keeps the time of: Envoy has an end of its own for each cookie with a `Max-Age`, and for no
 * other. Source: SessionPersistence.cookie.lifetimeType.
 */
export const FORGET_MAX_AGE = 'Windlass-Session';

/** Envoy's flags for the answer, for the script alone. */
const FLAGS = 'x-windlass-response-flags';

/** `UO` on a route: a retry was due and over the budget (the limits of clusters are otherwise beyond reach). Source: RetryConstraint. */
const SCRIPT = `function envoy_on_response(handle)
  local headers = handle:headers()
  local flags = headers:get("${FLAGS}")
  if flags ~= nil then
    headers:remove("${FLAGS}")
    for flag in string.gmatch(flags, "[^,]+") do
      if flag == "UO" then headers:replace(":status", "503") end
    end
  end
  local cookies, marked = {}, false
  for i = 1, headers:getNumValues("set-cookie") do
    local cookie = headers:getAtIndex("set-cookie", i - 1)
    if string.find(cookie, "; ${FORGET_MAX_AGE}", 1, true) then
      marked = true
      cookie = string.gsub(cookie, "; ${FORGET_MAX_AGE.replace('-', '%-')}", "")
      cookie = string.gsub(cookie, "; Max%-Age=%d+", "", 1)
    end
    cookies[i] = cookie
  end
  if marked then
    headers:remove("set-cookie")
    for _, cookie in ipairs(cookies) do headers:add("set-cookie", cookie) end
  end
end
`;

/** Every route has the script in its own message; the interpreter is one for all of them. */
function perRoute(): google.protobuf.Any {
  return any('envoy.extensions.filters.http.lua.v3.LuaPerRoute', {
    sourceCode: { inlineString: SCRIPT },
    sharedVmId: 'windlass',
  });
}

/** What a route needs of it. */
export interface ResponseScript {
  readonly filters: FilterConfig;
  readonly responseHeadersToAdd: readonly envoy.config.core.v3.HeaderValueOption[];
}

export function responseScript({ shares, retry }: Forward): ResponseScript {
  const served = shares.filter(({ weight }) => weight > 0);
  const limited =
    retry !== undefined &&
    served.some(({ target }) => target.kind === 'cluster' && target.cluster.retryBudget !== undefined);
  const timed = served.some(
    ({ session }) =>
      session?.kind === 'cookie' &&
      session.lifetime.kind === 'session' &&
      session.lifetime.seconds !== undefined,
  );
  return {
    filters: limited || timed ? { [EXTENSIONS.lua]: perRoute() } : {},
    responseHeadersToAdd: limited
      ? [
          {
            header: { key: FLAGS, value: '%RESPONSE_FLAGS%' },
            appendAction:
              envoy.config.core.v3.HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
          },
        ]
      : [],
  };
}
