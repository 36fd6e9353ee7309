import type { envoy } from '../proto/index.js';
import type { PathRewrite } from '../routing/index.js';

/** The fields that `RouteAction` and `RedirectAction` spell alike. */
export type PrefixRewrite =
  | { readonly prefixRewrite: string }
  | { readonly regexRewrite: envoy.type.matcher.v3.RegexMatchAndSubstitute };

/**
 * Replaces a prefix at a segment boundary. The rest of the path begins with `/` or is empty, so the replacement must not end in `/`;
 * and when nothing replaces the prefix, the rest alone must still begin with exactly one `/`, which only a regex can say (envoy#26055).
 */
export function prefixRewrite({ prefix, value }: Extract<PathRewrite, { kind: 'prefix' }>): PrefixRewrite {
  const replacement = value.replace(/\/+$/, '');
  // Behind the prefix `/` Envoy's rest has no leading slash.
  if (prefix === '/') return { prefixRewrite: `${replacement}/` };
  if (replacement !== '') return { prefixRewrite: replacement };
  return { regexRewrite: { pattern: { regex: `^${quoteRe2(prefix)}/*` }, substitution: '/' } };
}

/** Text as an RE2 expression that matches exactly it. */
function quoteRe2(text: string): string {
  return text.replace(/[^A-Za-z0-9_/-]/g, (character) => `\\${character}`);
}
