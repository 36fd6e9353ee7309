import { translateHeaderModifier } from './header-modifier.js';
import type { HeaderFilterRule } from './filter.js';

/** Source: Gateway API, HTTPRouteFilter.requestHeaderModifier. */
export const requestHeaderModifier: HeaderFilterRule<'RequestHeaderModifier'> = (filter, at) => {
  const result = translateHeaderModifier(filter.requestHeaderModifier, `${at}.requestHeaderModifier`);
  return 'accepted' in result ? result : { requestHeaders: result };
};
