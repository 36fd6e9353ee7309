import { EVERY_HOST, intersect, type ListenerModel } from '../../routing/index.js';
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
  const others = all.filter(
    (other) => other !== listener && bothTls(listener, other) && overlap(listener, other),
  );
  if (others.length === 0) return undefined;
  const message = `hostname ${listener.hostname ?? '*'} overlaps that of ${told(listener, others)}`;
  return condition('Listener OverlappingTLSConfig', 'True', 'OverlappingHostnames', message, generation);
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
