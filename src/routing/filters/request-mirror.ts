import type { HttpRequestMirror } from '../../resources/index.js';
import type { FilterRule } from './filter.js';

const MILLION = 1_000_000;

/**
 * A backend that does not resolve is not mirrored to: `ResolvedRefs` says so, and the requests go on. Source: Gateway API,
 * HTTPRequestMirrorFilter.
 */
export const requestMirror: FilterRule<'RequestMirror'> = (
  { requestMirror: mirror },
  { at, resolve, permitOf },
) => {
  const cluster = resolve(mirror.backendRef, `${at}.requestMirror.backendRef`);
  if ('accepted' in cluster) return { unresolved: [cluster] };
  const perMillion = perMillionOf(mirror);
  return perMillion === 0 ? {} : { mirrors: [{ cluster, perMillion, permit: permitOf(mirror.backendRef) }] };
};

/** Rounded to what Envoy can express, but a mirror that is asked for never vanishes. */
function perMillionOf({ percent, fraction }: HttpRequestMirror): number {
  const { numerator, denominator = 100 } = fraction ?? { numerator: percent ?? 100 };
  return numerator === 0 ? 0 : Math.max(1, Math.round((numerator / denominator) * MILLION));
}
