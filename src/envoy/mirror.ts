import { envoy } from '../proto/index.js';
import type { MirrorModel } from '../routing/index.js';

type RequestMirrorPolicy = envoy.config.route.v3.RouteAction.RequestMirrorPolicy;

const EVERY = 1_000_000;

/** The copy has the Host that the backend sees: Envoy's own default appends `-shadow`. Source: HTTPRequestMirrorFilter. */
export function mirrorPolicies(mirrors: readonly MirrorModel[]): readonly RequestMirrorPolicy[] {
  return mirrors.map(({ cluster, perMillion }) => ({
    cluster: cluster.name,
    disableShadowHostSuffixAppend: true,
    ...(perMillion < EVERY && {
      runtimeFraction: {
        defaultValue: {
          numerator: perMillion,
          denominator: envoy.type.v3.FractionalPercent.DenominatorType.MILLION,
        },
      },
    }),
  }));
}
