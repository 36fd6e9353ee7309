import type { ActionModel, RuleEntry, Share, ShareFilters } from './model.js';

/**
 * What the filters of a rule and of one of its backendRefs come to together: of two rewrites or CORS policies that of the backendRef, as the
 * closer one; the mirrors
 * of both. `auth` is that of the backendRef alone, asked after the rule's.
 */
export function settingsOfShare(
  { cors }: Pick<RuleEntry, 'cors'>,
  rule: Extract<ActionModel, { kind: 'forward' }>,
  { filters: own }: Share,
): ShareFilters {
  return {
    redirect: own?.redirect,
    hostRewrite: own?.hostRewrite ?? rule.hostRewrite,
    pathRewrite: own?.pathRewrite ?? rule.pathRewrite,
    mirrors: [...rule.mirrors, ...(own?.mirrors ?? [])],
    cors: own?.cors ?? cors,
    auth: own?.auth,
  };
}
