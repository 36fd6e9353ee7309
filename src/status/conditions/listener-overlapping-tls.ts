import { coveringDomains, EVERY_HOST, intersect, type ListenerModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/**
 * ListenerConditionOverlappingTLSConfig: set only when True, on each listener whose hostname overlaps another's on its port. Clients may
 * reuse a connection across such hosts, which is answered with 421.
 */
export function listenerOverlappingTls(
  listener: ListenerModel,
  all: readonly ListenerModel[],
  generation: number | undefined,
): CurrentCondition | undefined {
  const others = candidates(listener, all).filter(
    (other) => other !== listener && bothTls(listener, other) && overlap(listener, other),
  );
  if (others.length === 0) return undefined;
  const message = `hostname ${listener.hostname ?? '*'} overlaps that of ${told(listener, others)}`;
  return condition('Listener OverlappingTLSConfig', 'True', 'OverlappingHostnames', message, generation);
}

/** HTTPS listeners by port and hostname, of the list that was asked about last: with many listeners each would have to be held against all. */
const byHost = new WeakMap<readonly ListenerModel[], ReadonlyMap<string, readonly ListenerModel[]>>();

/** Those among which all that overlap are: what meets an exact hostname covers it. */
function candidates(listener: ListenerModel, all: readonly ListenerModel[]): readonly ListenerModel[] {
  const { port, protocol, hostname = EVERY_HOST } = listener;
  if (protocol !== 'HTTPS') return [];
  if (hostname.startsWith(EVERY_HOST)) return all;
  const hosts = byHost.get(all) ?? Map.groupBy(all, (each) => `${each.port} ${each.hostname ?? EVERY_HOST}`);
  byHost.set(all, hosts);
  return coveringDomains(hostname).flatMap((domain) => hosts.get(`${port} ${domain}`) ?? []);
}

/** By name only where they are written in the same object: whoever writes a ListenerSet need not know of others. */
function told(listener: ListenerModel, others: readonly ListenerModel[]): string {
  const known = others.filter(({ set }) => set === listener.set).map(({ section }) => `listener ${section}`);
  const elsewhere = others.length - known.length;
  const rest = elsewhere === 1 ? 'a listener' : `${elsewhere} listeners`;
  return [...known, ...(elsewhere > 0 ? [`${rest} of the same Gateway`] : [])].join(', ');
}

function bothTls(a: ListenerModel, b: ListenerModel): boolean {
  return a.port === b.port && a.protocol === 'HTTPS' && b.protocol === 'HTTPS';
}

function overlap(a: ListenerModel, b: ListenerModel): boolean {
  return intersect(a.hostname ?? EVERY_HOST, b.hostname ?? EVERY_HOST) !== undefined;
}
