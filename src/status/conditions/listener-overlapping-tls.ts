import type { ListenerModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';
import type { Overlaps } from '../overlaps.js';

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
    ...(byHostname === undefined
      ? []
      : [`hostname ${hostname} overlaps that of ${told(listener, byHostname)}`]),
    ...(byCertificate === undefined
      ? []
      : [`a certificate is good for a name that one of ${told(listener, byCertificate)} is good for, too`]),
  ];
  if (messages.length === 0) return undefined;
  const reason = byCertificate === undefined ? 'OverlappingHostnames' : 'OverlappingCertificates';
  return condition('Listener OverlappingTLSConfig', 'True', reason, messages.join('; '), generation);
}

/** A condition's message has an end: so many are named. */
const MOST_NAMED = 8;

/** By name only where they are written in the same object: whoever writes a ListenerSet need not know of others. */
function told(listener: ListenerModel, others: ReadonlySet<ListenerModel>): string {
  const own = [...others].filter(({ set }) => set === listener.set).map(({ section }) => section);
  const named = own.slice(0, MOST_NAMED);
  const elsewhere = others.size - named.length;
  const rest = elsewhere === 1 ? 'a further listener' : `${elsewhere} further listeners`;
  return [
    ...(named.length > 0 ? [`listener ${named.join(', ')}`] : []),
    ...(elsewhere > 0 ? [`${rest} of the same Gateway`] : []),
  ].join(' and ');
}
