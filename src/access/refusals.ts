import { status } from '@grpc/grpc-js';
import type { Admission } from '../xds/index.js';

/**
 * Why the bearer of a token gets nothing: the `reason` of the metric windlass_xds_refusals_total and of the log, with the status that the client is told.
 * `docs/reference/metrics.md` repeats the texts; a test ties the two.
 */
export const REFUSALS = {
  malformed: {
    code: status.UNAUTHENTICATED,
    help: 'The token is no bound ServiceAccount token. Those that stand in Secrets are none: they have neither audience nor end.',
  },
  wrong_audience: {
    code: status.UNAUTHENTICATED,
    help: 'The token is for another audience. It must be asked for with the audience `windlass-xds`.',
  },
  expired: {
    code: status.UNAUTHENTICATED,
    help: 'The token has ended, and its file holds no newer one: the volume is not a projected one, or is mounted with `subPath`.',
  },
  forged: { code: status.UNAUTHENTICATED, help: 'The token is not signed by this cluster.' },
  not_accepted: {
    code: status.UNAUTHENTICATED,
    help: 'The API server does not accept the token, in most cases because its pod or ServiceAccount is gone. The log has its words.',
  },
  unreviewed: {
    code: status.UNAVAILABLE,
    help: 'The API server cannot be asked, and the key that signed the token is not known.',
  },
  no_fleet: {
    code: status.PERMISSION_DENIED,
    help: 'The token is good; its ServiceAccount belongs to no Gateway. Of a Gateway that was just made another replica may know already.',
  },
} as const satisfies Record<string, { readonly code: status; readonly help: string }>;

export function refusal(reason: keyof typeof REFUSALS, details: string): Admission {
  return { kind: 'refused', reason, code: REFUSALS[reason].code, details };
}
