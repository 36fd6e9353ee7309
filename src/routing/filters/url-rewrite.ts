import type { FilterRule } from './filter.js';
import { translatePathModifier } from './path-modifier.js';

/** Source: Gateway API, HTTPURLRewriteFilter. */
export const urlRewrite: FilterRule<'URLRewrite'> = ({ urlRewrite: rewrite }, { at, match }) => {
  const host = rewrite.hostname === undefined ? {} : { hostRewrite: rewrite.hostname };
  if (rewrite.path === undefined) return host;
  const pathRewrite = translatePathModifier(rewrite.path, match, {
    at: `${at}.urlRewrite.path`,
    queryAllowed: false,
  });
  return 'accepted' in pathRewrite ? pathRewrite : { ...host, pathRewrite };
};
