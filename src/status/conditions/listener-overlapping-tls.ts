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
    ...(byHostname === undefined ? [] : [`hostname ${hostname} overlaps that of ${inWords(byHostname)}`]),
    ...(byCertificate === undefined
      ? []
      : [`a certificate is good for a name that one of ${inWords(byCertificate)} is good for, too`]),
  ];
  if (messages.length === 0) return undefined;
  const reason = byCertificate === undefined ? 'OverlappingHostnames' : 'OverlappingCertificates';
  return condition('Listener OverlappingTLSConfig', 'True', reason, messages.join('; '), generation);
}

/** A condition's message has an end: so many are named. */
const MOST_NAMED = 8;

function inWords(listeners: ReadonlySet<ListenerModel>): string {
  const names = [...listeners].map(({ name }) => name);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `listener ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
