import { securityPermit } from '../backend-tls.js';
import { permitFor } from '../grants.js';
import type { Permit } from '../model.js';
import type { L4Target } from './l4-model.js';

/**
 * What sending to the backends of a rule relies on: the grants, and – where TLS is not handed on as it is – that no policy asks for other settings. As
 * long as the rule is served its endpoints say so themselves.
 */
export function permitsOfL4({ cluster, shares }: L4Target): readonly Permit[] {
  const { group, kind, namespace } = cluster.route;
  const permits = shares.flatMap(({ target }): readonly (Permit | undefined)[] => {
    if (target.kind !== 'backend') return [];
    const { service, port, secured } = target;
    return [
      permitFor({ group, kind, namespace }, service),
      cluster.tls === undefined ? undefined : securityPermit({ backend: service, port, tls: secured?.tls }),
    ];
  });
  return [...new Set(permits.filter((permit) => permit !== undefined))];
}
