import type { ListenerModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';
import { MOST_NAMED, type Overlapping, type Overlaps } from '../overlaps.js';

/**
 * ListenerConditionOverlappingTLSConfig: set only when True, on each listener whose hostname or certificate overlaps another's on its port. Clients may
 * reuse a connection across such hosts, which is answered with 421. Where both overlap the certificates are the reason, as the API wants.
 */
export function listenerOverlappingTls(
  listener: ListenerModel,
  { hostnames, certificates }: Overlaps,
  generation: number | undefined,
): CurrentCondition | undefined {
  const { hostname = '*' } = listener;
  const byHostname = hostnames.get(listener);
  const byCertificate = certificates.get(listener);
  const messages = [
    ...(byHostname === undefined ? [] : [`hostname ${hostname} overlaps that of ${told(byHostname)}`]),
    ...(byCertificate === undefined
      ? []
      : [`a certificate is good for a name that one of ${told(byCertificate)} is good for, too`]),
  ];
  if (messages.length === 0) return undefined;
  const reason = byCertificate === undefined ? 'OverlappingHostnames' : 'OverlappingCertificates';
  return condition('Listener OverlappingTLSConfig', 'True', reason, messages.join('; '), generation);
}

/** By name only where they are written in the same object: whoever writes a ListenerSet need not know of others. */
function told({ own, elsewhere }: Overlapping): string {
  const named = own.slice(0, MOST_NAMED);
  const further = own.length - named.length + elsewhere.length;
  const count = further > MOST_NAMED ? `more than ${MOST_NAMED}` : String(further);
  const rest = further === 1 ? 'a further listener' : `${count} further listeners`;
  return [
    ...(named.length > 0 ? [`listener ${named.map(({ section }) => section).join(', ')}`] : []),
    ...(further > 0 ? [`${rest} of the same Gateway`] : []),
  ].join(' and ');
}
