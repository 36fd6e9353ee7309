import type { Listener } from '../resources/index.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

const OURS = 'windlass.io/';

/**
 * Options of ours are refused as long as there are none: whoever wrote one relies on it. Those with another prefix are another implementation's, those without are
 * the API's own, which has none yet; neither has any effect. Source: Gateway API, ListenerTLSConfig.options.
 * @param at field path of the listener
 */
export function tlsOptionRefusal({ tls }: Listener, at: string): Refusal | undefined {
  const unknown = Object.keys(tls?.options ?? {}).filter((key) => key.startsWith(OURS));
  if (unknown.length === 0) return undefined;
  return refusal('UnsupportedValue', `there is no option ${unknown.join(', ')}`, `${at}.tls.options`);
}
