import { envoy } from '../proto/index.js';
import type { MirrorModel } from '../routing/index.js';

type RequestMirrorPolicy = envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
type FractionalPercent = envoy.type.v3.FractionalPercent;

const EVERY = 1_000_000;
const { HUNDRED, TEN_THOUSAND, MILLION } = envoy.type.v3.FractionalPercent.DenominatorType;

/**
 * By which digits of the one random number that Envoy draws for a request a mirror is chosen. Where the leading ones choose the route, the
 * trailing ones do, so that every share has its part of the copies.
 */
export type Draw = 'byMillionths' | 'byLowDigits';

/** The copy has the Host that the backend sees: Envoy's own default appends `-shadow`. Source: HTTPRequestMirrorFilter. */
export function mirrorPolicies(mirrors: readonly MirrorModel[], draw: Draw): readonly RequestMirrorPolicy[] {
  return mirrors.map(({ cluster, perMillion }) => ({
    cluster: cluster.name,
    disableShadowHostSuffixAppend: true,
    ...(perMillion < EVERY && {
      runtimeFraction: {
        defaultValue:
          draw === 'byLowDigits' ? lowDigits(perMillion) : { numerator: perMillion, denominator: MILLION },
      },
    }),
  }));
}

/** A whole percentage by two digits, all else by four. */
function lowDigits(perMillion: number): FractionalPercent {
  return perMillion % 10_000 === 0
    ? { numerator: perMillion / 10_000, denominator: HUNDRED }
    : { numerator: Math.max(1, Math.round(perMillion / 100)), denominator: TEN_THOUSAND };
}
