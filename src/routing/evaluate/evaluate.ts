import type { Fleet } from '../model.js';
import type { Evaluation, RequestModel } from './evaluation.js';

/** What the request would meet at the fleet's proxies. */
export function evaluate(_fleet: Fleet, _request: RequestModel): Evaluation {
  return { listener: undefined, table: undefined, virtualHost: undefined, rule: undefined, nearMisses: [], outcome: { kind: 'refused', message: '' } };
}
