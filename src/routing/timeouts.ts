import type { HttpRouteRule } from '../resources/index.js';
import { durationMs } from './durations.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

export interface Timeouts {
  readonly requestTimeoutMs: number;
  readonly backendTimeoutMs: number;
  readonly refusals: readonly Refusal[];
}

/** Source: Gateway API, HTTPRouteTimeouts. Unset and `0s` are no limit. */
export function translateTimeouts({ timeouts }: Pick<HttpRouteRule, 'timeouts'>, at: string): Timeouts {
  const refusals: Refusal[] = [];
  const translate = (text: string | undefined, field: string): number => {
    const ms = text === undefined ? 0 : durationMs(text);
    if (ms === undefined) {
      refusals.push(
        refusal('UnsupportedValue', `${text ?? ''} is not a duration`, `${at}.timeouts.${field}`),
      );
    }
    return ms ?? 0;
  };
  return {
    requestTimeoutMs: translate(timeouts?.request, 'request'),
    backendTimeoutMs: translate(timeouts?.backendRequest, 'backendRequest'),
    refusals,
  };
}
