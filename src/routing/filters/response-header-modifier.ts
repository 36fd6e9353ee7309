import { translateHeaderModifier } from './header-modifier.js';
import type { FilterRule } from './filter.js';

/** Source: Gateway API, HTTPRouteFilter.responseHeaderModifier. */
export const responseHeaderModifier: FilterRule<'ResponseHeaderModifier'> = (filter, { at }) => {
  const result = translateHeaderModifier(filter.responseHeaderModifier, `${at}.responseHeaderModifier`);
  return 'accepted' in result ? result : { responseHeaders: result };
};
