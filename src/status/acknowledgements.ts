/** What the Envoys of one fleet said about its configuration: a plain value that adds up over replicas (DESIGN D12). */
export interface FleetAcknowledgements {
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  /** Envoys that hold a stream. */
  readonly connected: number;
  /** Of those, the ones that have accepted a first complete configuration: no other counts. */
  readonly counted: number;
  /** What was accepted of the Gateway ('') and of each of its served listeners (its name). */
  readonly accepted: Readonly<Record<string, AcceptedBy>>;
  /** Resources that an Envoy rejected and for which nothing was put in place; `message` is in Envoy's words. */
  readonly rejected: readonly Rejection[];
  /** Parts that were proven to be at fault, and are replaced until their owner changes. Absent: none. */
  readonly convictions?: readonly Conviction[];
  /** Replicas of the control plane whose Envoys are not known: they are not in these counts, and may be there. Absent: none. */
  readonly unknown?: UnknownReplicas;
}

export interface UnknownReplicas {
  /** They have not said anything yet, and should soon. */
  readonly awaited: number;
  /** They do not answer, and have not for a while. */
  readonly silent: number;
}

export interface AcceptedBy {
  /** The `metadata.generation` of the Gateway that this is about; see `generationsOf` for listeners of ListenerSets. */
  readonly generation: number;
  /** How many Envoys accepted what that generation produced. */
  readonly count: number;
}

export interface Rejection {
  /** cluster, endpoints, listener, routes or secret. */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  /** More than one resource of the response was new: this one may be innocent. */
  readonly suspected: boolean;
}

/** A part that Envoy rejected when it alone had changed. */
export interface Conviction {
  /** `Kind namespace/name` and the place inside: `rule[2]`, a listener's name, '' for the whole. */
  readonly owner: { readonly object: string; readonly at: string };
  /** Envoy's words. */
  readonly message: string;
  /** Type and name of the resource that held the part. */
  readonly resource: string;
}

/** What holds while nobody has said anything. */
export function nobodyConnected(fleet: string): FleetAcknowledgements {
  return { fleet, connected: 0, counted: 0, accepted: {}, rejected: [] };
}

/**
 * What two replicas know of one fleet, in whatever order. A replica that has not seen a generation yet says nothing of it: its Envoys count as
 * ones that have not accepted it.
 */
export function mergeAcknowledgements(
  a: FleetAcknowledgements,
  b: FleetAcknowledgements,
): FleetAcknowledgements {
  const places = [...new Set([...Object.keys(a.accepted), ...Object.keys(b.accepted)])].sort();
  const accepted = places.map((place) => [place, sum(a.accepted[place], b.accepted[place])] as const);
  return {
    fleet: a.fleet,
    connected: a.connected + b.connected,
    counted: a.counted + b.counted,
    accepted: Object.fromEntries(accepted),
    rejected: eachOnce([...a.rejected, ...b.rejected]),
    convictions: eachOnce([...(a.convictions ?? []), ...(b.convictions ?? [])]),
  };
}

/** What the other replicas said of one fleet, and how many of them said nothing. */
export interface OtherReplicas {
  readonly digests: readonly FleetAcknowledgements[];
  readonly unknown: UnknownReplicas;
}

/** What all replicas know of one fleet. @param others what each of the others said last */
export function ofAllReplicas(
  own: FleetAcknowledgements,
  others: readonly FleetAcknowledgements[],
  unknown: UnknownReplicas,
): FleetAcknowledgements {
  const all = others.reduce(mergeAcknowledgements, own);
  return unknown.awaited + unknown.silent === 0 ? all : { ...all, unknown };
}

const NONE: AcceptedBy = { generation: -1, count: 0 };

function sum(a = NONE, b = NONE): AcceptedBy {
  const generation = Math.max(a.generation, b.generation);
  const of = (one: AcceptedBy): number => (one.generation === generation ? one.count : 0);
  return { generation, count: of(a) + of(b) };
}

function eachOnce<T>(all: readonly T[]): readonly T[] {
  const byText = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...byText].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, one]) => one);
}

/** Without the suspects that are innocent as far as can be told: of those with one message, those that it names, if it names any. */
export function attributed(rejected: readonly Rejection[]): readonly Rejection[] {
  return rejected.filter(({ suspected, name, message }) => {
    if (!suspected || message.includes(name)) return true;
    return !rejected.some((other) => other.message === message && message.includes(other.name));
  });
}

/** In Envoy's words, each said once. */
export function rejectionMessage(rejected: readonly Rejection[]): string {
  const byMessage = Map.groupBy(rejected, ({ message }) => message);
  return [...byMessage]
    .map(([message, all]) => {
      const names = all.map(({ type, name }) => `${type} ${name}`).join(', ');
      return `Envoy rejected ${all.length > 1 ? `one of ${names}` : names}: ${message}`;
    })
    .join('; ');
}

/** In Envoy's words, with resource and place. */
export function convictionMessage(convictions: readonly Conviction[]): string {
  return convictions
    .map(
      ({ owner: { at }, resource, message }) =>
        `${at === '' ? '' : `${at}: `}Envoy rejected it in ${resource}: ${message}`,
    )
    .join('; ');
}
