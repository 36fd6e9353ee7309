import type { HttpPathModifier } from '../../resources/index.js';
import { withoutTrailingSlash } from '../matches.js';
import type { MatchModel, PathRewrite, Refusal } from '../model.js';
import { refusal } from '../refusals.js';

/** Source: Gateway API, HTTPPathModifier. */
export function translatePathModifier(
  modifier: HttpPathModifier,
  match: MatchModel,
  options: { readonly at: string; readonly queryAllowed: boolean },
): PathRewrite | Refusal {
  switch (modifier.type) {
    case 'ReplaceFullPath': {
      const value = withLeadingSlash(modifier.replaceFullPath);
      return (
        pathFault(value, options.queryAllowed, `${options.at}.replaceFullPath`) ?? { kind: 'full', value }
      );
    }
    case 'ReplacePrefixMatch': {
      const at = `${options.at}.replacePrefixMatch`;
      if (match.path.kind !== 'prefix') {
        return refusal(
          'UnsupportedValue',
          'a prefix can be replaced only where the path matches by PathPrefix',
          at,
        );
      }
      const value = withoutTrailingSlash(withLeadingSlash(modifier.replacePrefixMatch));
      return pathFault(value, false, at) ?? { kind: 'prefix', prefix: match.path.value, value };
    }
  }
}

const withLeadingSlash = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/** The schema bounds only the length; a path that would break the request line is refused. */
function pathFault(path: string, queryAllowed: boolean, at: string): Refusal | undefined {
  if (!/^[!-~]*$/.test(path)) {
    return refusal(
      'UnsupportedValue',
      'a path holds visible ASCII characters only; write others percent-encoded',
      at,
    );
  }
  if (path.includes('#')) return refusal('UnsupportedValue', 'a path cannot hold #', at);
  if (path.includes('?') && !queryAllowed)
    return refusal('UnsupportedValue', 'a path cannot hold a query', at);
  return undefined;
}
