import { translateHeaderModifier } from './header-modifier.js';
import type { FilterRule } from './filter.js';

/** Source: Gateway API, HTTPRouteFilter.requestHeaderModifier. */
export const requestHeaderModifier: FilterRule<'RequestHeaderModifier'> = (filter, { at }) => {
  const result = translateHeaderModifier(filter.requestHeaderModifier, `${at}.requestHeaderModifier`);
  return 'accepted' in result ? result : { requestHeaders: result };
};
