import type { Refusal } from '../model.js';
import { refusal } from '../refusals.js';

/** A filter that cannot be honoured is never skipped: what it would have acted on answers with an error (HTTPRouteFilter). */
export function unsupportedFilter(type: string, at: string): Refusal {
  return refusal('UnsupportedValue', `filter ${type} is not supported here`, at);
}
