import { pruneRejections } from './containment.js';
import { hashOfHashes } from './digest.js';
import { boundInFlight, paceOf, type PacingLimits } from './pacing.js';
import { offerOf } from './offer.js';
import { permittedResource } from './permits.js';
import { plan, type Plan } from './plan.js';
import { remember } from './recent.js';
import { referencesOf } from './references.js';
import type { Resource, ResourceType, Snapshot } from './resource.js';
import { afterClusters, earliest, PUSH_ORDER, removalHeldUntil, type RolloutLimits } from './rollout.js';
import { isFullSet } from './sotw-request.js';
import { nextNonce, type FleetView, type StreamState } from './stream-state.js';
import { ABSENT, acceptedOf, isRefused, isSubscribed, tell, type TypeState } from './type-state.js';
import { spendTrial, trialHeldUntil, type TrialLimits } from './trial-budget.js';
import { variantOf, type Trial } from './trial.js';
import { deltaResponse, sotwResponse } from './wire.js';

export type Limits = RolloutLimits & PacingLimits & TrialLimits;

/** A response ready to be written; the stream's state already counts it as sent. */
export interface Outgoing {
  readonly type: ResourceType;
  readonly nonce: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
  /** The encoded response. */
  readonly bytes: Uint8Array;
}

/**
 * Everything that may be sent now, in order. A consumer that cannot write more stops taking: the rest stays due. Returns when to look again
 * (milliseconds), if no request, snapshot or acknowledgement comes before.
 */
export function* pushes(
  stream: StreamState,
  view: FleetView,
  now: number,
  limits: Limits,
): Generator<Outgoing, number | undefined> {
  if (view.snapshot === undefined) return undefined;
  // Twice, because removals of clusters depend on what the first round finds of listeners and tables.
  yield* round(stream, view.snapshot, view, now, limits);
  return yield* round(stream, view.snapshot, view, now, limits);
}

function* round(
  stream: StreamState,
  snapshot: Snapshot,
  view: FleetView,
  now: number,
  limits: Limits,
): Generator<Outgoing, number | undefined> {
  const times: (number | undefined)[] = [];
  for (const type of PUSH_ORDER) {
    const state = stream.types[type];
    if (!state.requested) continue;
    const trialsHeldUntil =
      state.trials.size === 0 ? undefined : trialHeldUntil(stream.trialBudget, now, limits);
    const isTrialsTurn =
      !state.triedLast &&
      state.trials.size > 0 &&
      state.inFlight.length === 0 &&
      trialsHeldUntil === undefined;
    if ((state.due.size > 0 || state.answerOwed) && !isTrialsTurn) {
      const pace = paceOf(stream, state, snapshot, now, limits);
      if (pace.kind !== 'open') times.push(pace.until);
      if (pace.kind === 'closed') continue;
      const planned = plan(
        state,
        snapshot.resources[type],
        {
          resource: (resource) => offerOf(stream, resource, snapshot, now, limits),
          removal: (due) => removalHeldUntil(stream, type, due, now, limits),
        },
        pace.kind === 'answers',
      );
      times.push(planned.lookAgainAt);
      const outgoing = send(stream, state, snapshot, planned, view, now);
      if (outgoing !== undefined) yield outgoing;
    }
    times.push(trialsHeldUntil);
    const tried = trialsHeldUntil === undefined ? nextTrial(state) : undefined;
    if (tried !== undefined) {
      spendTrial(stream.trialBudget, now, limits);
      const outgoing = send(stream, state, snapshot, trying(tried, snapshot), view, now);
      if (outgoing !== undefined) yield outgoing;
    }
    if (state.due.size === 0 && state.inFlight.length === 0 && state.trials.size === 0)
      state.completed = view.generation;
  }
  const next = earliest(times);
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

function send(
  stream: StreamState,
  state: TypeState,
  snapshot: Snapshot,
  planned: Plan & { readonly trial?: string },
  view: FleetView,
  now: number,
): Outgoing | undefined {
  for (const name of planned.settled) {
    state.due.delete(name);
    state.waits.delete(name);
  }
  const full = stream.protocol === 'sotw' && isFullSet(state.type);
  const partial = stream.protocol === 'sotw' && !full;
  const nothing = planned.changed.length === 0 && planned.removed.length === 0;
  // An empty first answer would tell Envoy that it may start without what is held.
  if (nothing && (!state.answerOwed || (planned.held.length > 0 && state.told.size === 0))) return undefined;
  state.answerOwed = false;

  const isNew = new Set(
    planned.changed.map(({ name }) => name).filter((name) => (state.told.get(name) ?? ABSENT) === ABSENT),
  );
  if (planned.trial === undefined) for (const { name } of planned.changed) state.trials.delete(name);
  for (const resource of planned.changed) {
    const { name } = resource;
    tell(state, name, resource);
    remember(view.recent, resource);
    stopWaiting(state, name, planned.offers.get(name)?.overdue);
    const due = state.due.get(name);
    if (due !== undefined && planned.offers.get(name)?.until !== undefined)
      state.due.set(name, { ...due, asked: false });
    else state.due.delete(name);
  }
  for (const name of planned.removed) {
    state.trials.delete(name);
    if (state.names.has(name) && stream.protocol === 'delta') state.told.set(name, ABSENT);
    else state.told.delete(name);
    state.due.delete(name);
    state.waits.delete(name);
  }
  // A partial response cannot express a removal, so one with nothing else in it is not sent, and the removal is over.
  if (partial && planned.changed.length === 0) {
    pruneRejections(state);
    return undefined;
  }

  state.triedLast = planned.trial !== undefined;
  const resources = full ? fullSet(state, snapshot, planned) : planned.changed;
  const removed = stream.protocol === 'delta' ? planned.removed : [];
  const nonce = nextNonce(stream, view.generation);
  state.lastNonce = nonce;
  state.inFlight.push({
    nonce,
    resources: new Map(resources.map(({ name, version }) => [name, version])),
    offers: planned.offers,
    removed: planned.removed,
    full,
    sentAt: now,
    completes: planned.held.length === 0 && state.trials.size === 0 ? view.generation : undefined,
    trial: planned.trial,
  });
  boundInFlight(state.inFlight);
  if (state.type === 'cluster') {
    for (const name of planned.removed) stream.warming.delete(name);
    afterClusters(stream, planned.changed, (name) => isNew.has(name), view, now);
  }
  const { type } = state;
  const bytes =
    stream.protocol === 'delta'
      ? deltaResponse({ type, nonce, resources, removed })
      : sotwResponse({ type, nonce, resources, version: sotwVersion(state) });
  return { type, nonce, resources, removed, bytes };
}

/** These sections are sent: should they have to wait once more, it is from then on. */
function stopWaiting(state: TypeState, name: string, overdue: ReadonlyMap<string, number> | undefined): void {
  if (overdue === undefined || overdue.size === 0) return;
  const waits = [...(state.waits.get(name) ?? [])].filter(([id]) => !overdue.has(id));
  state.waits.set(name, new Map(waits));
}

/**
 * All that the client shall have: what it was told, which includes what waits for its removal and the former content of what is held. What it
 * refused, and is not new in this response, is in it as the client last accepted it, or not at all: it would take the rest down with it.
 */
function fullSet(state: TypeState, snapshot: Snapshot, { changed }: Plan): readonly Resource[] {
  const wanted = [...snapshot.resources[state.type].keys()].filter((name) => isSubscribed(state, name));
  const names = new Set([...wanted, ...state.told.keys()]);
  const isNew = new Set(changed.map(({ name }) => name));
  return [...names].flatMap((name) => {
    const isOut = !isNew.has(name) && isRefused(state, name);
    const told = isOut ? acceptedOf(state, name) : state.told.get(name);
    return told === undefined || typeof told === 'string' ? [] : [permittedResource(told, snapshot)];
  });
}

/** The trial whose next variant is to be sent now: one at a time, in turn with ordinary changes, each alone in its response. */
function nextTrial({ trials, inFlight }: TypeState): Trial | undefined {
  const [first] = trials.values();
  return inFlight.length > 0 ? undefined : first;
}

function trying(trial: Trial, snapshot: Snapshot): Plan & { readonly trial: string } {
  const { name } = trial.resource;
  const nothing = { offers: new Map(), removed: [], settled: [], held: [], lookAgainAt: undefined };
  return { ...nothing, changed: [permittedResource(variantOf(trial), snapshot)], trial: name };
}

/** Version of a state-of-the-world response: a hash over all that the client has then, whatever the order in which it came. */
function sotwVersion(state: TypeState): string {
  const held = [...state.told].flatMap(([name, told]) =>
    typeof told === 'string' ? [] : [`${name} ${told.version}`],
  );
  return hashOfHashes(held.sort());
}

/**
 * Which resources that a delta client brings from an earlier stream need not be sent again? Not the endpoints of a cluster that this stream
 * has sent, nor the secrets that it names: Envoy warms that cluster until they come.
 */
export function mayBeKnown(stream: StreamState, type: ResourceType): (name: string) => boolean {
  if (type !== 'endpoints' && type !== 'secret') return () => true;
  const sentHere = [...stream.types.cluster.told.values()].filter((told) => typeof told !== 'string');
  const needed = new Set(
    sentHere.flatMap((cluster) => (type === 'endpoints' ? [cluster.name] : referencesOf(cluster, 'secret'))),
  );
  return (name) => !needed.has(name);
}
