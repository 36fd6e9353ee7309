import { memoByIdentity } from '../collections/index.js';
import type { Gateway, Listener, ListenerSet } from '../resources/index.js';
import { conflictOf, hostOf } from './conflicts.js';
import { nameInGateway } from './listener-names.js';
import { ACCEPTED, type Refusal, type Verdict } from './model.js';

/** What a listener is written in: no more of it than its references mean, so that it stays equal while the rest changes. */
export type ListenerHolder = Pick<Gateway | ListenerSet, 'apiVersion' | 'kind' | 'metadata'>;

/** A listener and where it is written. */
export interface PlacedListener {
  /** As it is written, but with its name in the Gateway: see {@link nameInGateway}. */
  readonly listener: Listener;
  /** Its name where it is written. */
  readonly section: string;
  /** Its references and its `Same` mean this one's namespace. */
  readonly holder: ListenerHolder;
  /** Field path within the holder. */
  readonly at: string;
  readonly conflicted: Verdict;
}

/**
 * The listeners of a Gateway and of the ListenerSets that join it, in order of precedence. Between a Gateway and its sets, and between sets, the first keeps
 * its port and hostname; within one object there is never a winner, and what is disputed there is nobody else's either. Who has lost stands in nobody's way.
 * It depends on the specs alone: nobody takes over the host of a listener whose certificate is missing.
 * Source: Gateway API, ListenerSetSpec.listeners, GatewaySpec.listeners ("Handling indistinct Listeners").
 * @param sets in order of precedence
 */
export function placeListeners(gateway: Gateway, sets: readonly ListenerSet[]): readonly PlacedListener[] {
  const taken: Taken = new Map();
  return [gateway, ...sets].flatMap((object) => {
    const judged = writtenIn(object).map((each) => ({
      ...each,
      lost: lossOf(each.listener, taken, each.at),
    }));
    const standing = judged.flatMap(({ listener, lost }) => (lost === undefined ? [listener] : []));
    for (const listener of standing) take(listener, taken);
    return judged.map(({ lost, ...each }) => ({
      ...each,
      conflicted: lost ?? conflictOf(each.listener, standing, each.at) ?? ACCEPTED,
    }));
  });
}

/** The same objects for the same holder. */
const writtenIn = memoByIdentity(
  (object: Gateway | ListenerSet): readonly Omit<PlacedListener, 'conflicted'>[] => {
    const { apiVersion, kind, metadata, spec } = object;
    const { name, namespace = '' } = metadata;
    const holder = { apiVersion, kind, metadata: { name, namespace } };
    return spec.listeners.map((listener, i) => ({
      listener: {
        ...listener,
        name: nameInGateway(listener.name, kind === 'ListenerSet' ? metadata : undefined),
      },
      section: listener.name,
      holder,
      at: `spec.listeners[${i}]`,
    }));
  },
);

/** By port: what stands there, by hostname, and of each protocol one. */
type Taken = Map<
  number,
  { readonly hosts: Map<string, Listener[]>; readonly protocols: Map<string, Listener> }
>;

function take(listener: Listener, taken: Taken): void {
  const { port, protocol } = listener;
  const { hosts, protocols } = taken.get(port) ?? {
    hosts: new Map<string, Listener[]>(),
    protocols: new Map<string, Listener>(),
  };
  const host = hostOf(listener);
  taken.set(port, {
    hosts: hosts.set(host, [...(hosts.get(host) ?? []), listener]),
    protocols: protocols.set(protocol, listener),
  });
}

/** Whether one that comes before has the port or the hostname. Whose that is is not told: a set may belong to people who may not know of others. */
function lossOf(listener: Listener, taken: Taken, at: string): Refusal | undefined {
  const { port, protocol } = listener;
  const there = taken.get(port);
  if (there === undefined) return undefined;
  const alike = there.hosts.get(hostOf(listener)) ?? [];
  const others = [...there.protocols].flatMap(([other, one]) => (other === protocol ? [] : [one]));
  const conflict = conflictOf(listener, [...alike, ...others], at);
  if (conflict === undefined) return undefined;
  const what =
    conflict.reason === 'HostnameConflict'
      ? `port ${port} with hostname ${hostOf(listener)} is used by`
      : `port ${port} is used with another protocol by`;
  return { ...conflict, message: `${what} a listener of the Gateway, or of a ListenerSet that comes first` };
}
