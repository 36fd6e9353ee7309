import { translateHeaderModifier } from './header-modifier.js';
import type { HeaderFilterRule } from './filter.js';

/** Source: Gateway API, HTTPRouteFilter.responseHeaderModifier. */
export const responseHeaderModifier: HeaderFilterRule<'ResponseHeaderModifier'> = (filter, at) => {
  const result = translateHeaderModifier(filter.responseHeaderModifier, `${at}.responseHeaderModifier`);
  return 'accepted' in result ? result : { responseHeaders: result };
};
