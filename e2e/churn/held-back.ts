// Where a change tightens, what it concerns is refused until what it asks for is there (DESIGN D10). Such refusals are no failures, and counted apart.
import type { Shape } from './shapes.js';
import type { State } from './state.js';
import { type Backend, forbids, isStricter } from './tightening.js';
import { PORTS } from './world.js';

/** The route tables that a connection may have led to when it was opened; undefined: it should have been refused. */
export type Entrances = ReadonlySet<string | undefined>;

export interface HeldBack {
  readonly kind: 'held back';
  /** The kind of change that tightens. */
  readonly change: string;
}

/** What the proxy answers where it may not yet serve. */
const REFUSALS: ReadonlySet<string> = new Set(['500', '503', 'grpc UNKNOWN', 'grpc UNAVAILABLE']);

/** Of a request. @param states that may have been in force; the oldest is one that it was allowed in */
export function refusalOfRequest(
  shape: Shape,
  states: readonly State[],
  entrances: Entrances,
  answer: string,
): HeldBack | undefined {
  if (!REFUSALS.has(answer)) return undefined;
  const named = [...entrances].filter((entrance) => entrance !== undefined);
  const isForbidden = (state: State, before: State): boolean =>
    named.some((entrance) =>
      before.backends(shape, entrance).some((backend) => forbids(state.rules, before.rules, backend)),
    );
  const asksMore = (state: State, before: State): boolean =>
    named.some((entrance) => {
      if (before.foretold(shape, entrance) === undefined) return false;
      const asked = before.asked(shape, entrance);
      return state.asked(shape, entrance).some((who) => !asked.includes(who));
    });
  return (
    tightening(states, (state, before) => isForbidden(state, before) || asksMore(state, before)) ??
    refusalBeside(shape, states, named)
  );
}

/**
 * Of a request to a host of which a rule has to ask from now on, or takes what an open one did that stood ahead of it, while the request's own rule goes to what was not
 * there before: neither the former rules of the host nor its new ones can stand as a whole then (docs/decisions/0023-external-auth.md).
 */
function refusalBeside(
  shape: Shape,
  states: readonly State[],
  entrances: readonly string[],
): HeldBack | undefined {
  const waits = states.some((state, i) =>
    entrances
      .flatMap((entrance) => state.clusters(shape, entrance))
      .some((cluster) => states.slice(0, i).some((before) => before.labels(cluster) === undefined)),
  );
  if (!waits) return undefined;
  const found = tightening(states, (state, before) =>
    entrances.some((entrance) => {
      const guards = before.guards(shape, entrance);
      return state.guards(shape, entrance).some(({ match, asked, ahead }) => {
        const old = guards.find((guarded) => guarded.match === match && guarded.asked === asked);
        return !old?.ahead.isSubsetOf(ahead);
      });
    }),
  );
  return found && { ...found, change: `${found.change} (beside what it concerns)` };
}

/** Of a new connection, whose client would be let in by each of these states. */
export function refusalOfClient({ port }: Shape, states: readonly State[]): HeldBack | undefined {
  if (port !== PORTS.secureExtra) return undefined;
  return tightening(states, ({ rules }, before) => isStricter(rules.clients, before.rules.clients));
}

/** Of a new connection that is no HTTP. @param backends of the stream, whatever state has them */
export function refusalOfStream(
  backends: readonly Backend[],
  states: readonly State[],
): HeldBack | undefined {
  return tightening(states, ({ rules }, before) =>
    backends.some((backend) => forbids(rules, before.rules, backend)),
  );
}

/** The first state that tightens what one before it allowed. */
function tightening(
  states: readonly State[],
  tightens: (state: State, before: State) => boolean,
): HeldBack | undefined {
  const found = states.find((state, i) => states.slice(0, i).some((before) => tightens(state, before)));
  return found && { kind: 'held back', change: found.kind };
}

/** Whether the client of an open connection would be refused by all of these states, had it to connect anew. */
export function letInNoMore(shape: Shape, states: readonly State[], entrances: Entrances): boolean {
  return (
    shape.port === PORTS.secureExtra &&
    states.every((state) => state.entrance(shape) === undefined) &&
    [...entrances].some(
      (entrance) =>
        entrance !== undefined && states.every((state) => state.foretold(shape, entrance) !== undefined),
    )
  );
}
