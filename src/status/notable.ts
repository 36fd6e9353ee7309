import type { ParentReference } from '../resources/index.js';
import { fieldOf, listAt, objectAt, type Json } from './json.js';
import type { ConditionPlace } from './reasons.js';

/** A change of a condition that a user must notice: an event on the object. */
export interface NotableChange {
  readonly type: 'Normal' | 'Warning';
  /** The condition's. */
  readonly reason: string;
  /** The condition's type. */
  readonly action: string;
  readonly note: string;
}

interface Notable {
  /** The status of the condition that is bad news. */
  readonly bad: 'True' | 'False';
  /** What the user is told by it. */
  readonly meaning: string;
  /** Good news after bad is told too. */
  readonly tellsEnd?: true;
}

/**
 * The conditions whose change is an event. `Programmed` that is still awaited is none: only what was, or cannot be. `docs/reference/events.md`
 * repeats this table; a test ties the two.
 */
export const NOTABLE: Readonly<Partial<Record<ConditionPlace, Notable>>> = {
  'GatewayClass Accepted': { bad: 'False', meaning: 'The class is refused, with its parameters' },
  'Gateway Accepted': {
    bad: 'False',
    meaning: 'The Gateway is refused: its parameters, addresses or listeners',
  },
  'Gateway Programmed': {
    bad: 'False',
    meaning: 'It cannot be served, an Envoy rejected it, or no Envoy is left',
    tellsEnd: true,
  },
  'Gateway ResolvedRefs': {
    bad: 'False',
    meaning: 'Its client certificate for backends is missing or no good',
  },
  'ListenerSet Accepted': { bad: 'False', meaning: 'The set is refused, or none of its listeners is valid' },
  'Listener Accepted': { bad: 'False', meaning: 'A listener is refused' },
  'Listener Conflicted': { bad: 'True', meaning: 'Two listeners clash' },
  'Listener ResolvedRefs': {
    bad: 'False',
    meaning: 'A certificate or CA of a listener is missing or no good',
  },
  'Route Accepted': { bad: 'False', meaning: 'The route is not attached, or refused as a whole' },
  'Route PartiallyInvalid': { bad: 'True', meaning: 'Some rules of the route answer an error' },
  'Route ResolvedRefs': { bad: 'False', meaning: 'A backend is missing, forbidden or cannot be one' },
  'Route windlass.io/RejectedByProxy': { bad: 'True', meaning: 'Envoy rejected a part of the route' },
  'BackendTLSPolicy Accepted': { bad: 'False', meaning: 'The policy is not in force' },
  'XBackendTrafficPolicy Accepted': { bad: 'False', meaning: 'The policy is not in force' },
  'XBackend Accepted': { bad: 'False', meaning: 'Requests to it answer an error' },
  'XTelemetryPolicy Accepted': { bad: 'False', meaning: 'Nothing is traced by it' },
};

/**
 * What a user must notice of a status that was written.
 * @param before as the server had it
 * @param after as it is now
 */
export function notableChanges(
  kind: string,
  before: unknown,
  after: unknown,
  controllerName: string,
): readonly NotableChange[] {
  const own = (status: unknown, field: string): readonly Json[] =>
    listAt(status, field).filter((entry) => entry['controllerName'] === controllerName);
  const place = kind.endsWith('Route') ? 'Route' : kind;
  return [
    ...inConditions(place, '', before, after),
    ...inEach(
      'Listener',
      listAt(before, 'listeners'),
      listAt(after, 'listeners'),
      ({ name }) => `listener ${String(name)}: `,
    ),
    ...inEach(place, own(before, 'parents'), own(after, 'parents'), (entry) => nameOf(entry, 'parentRef')),
    ...inEach(place, own(before, 'ancestors'), own(after, 'ancestors'), (entry) =>
      nameOf(entry, 'ancestorRef'),
    ),
  ];
}

function inEach(
  place: string,
  before: readonly Json[],
  after: readonly Json[],
  name: (entry: Json) => string,
): readonly NotableChange[] {
  const known = new Map(before.map((entry) => [name(entry), entry]));
  return after.flatMap((entry) => inConditions(place, name(entry), known.get(name(entry)), entry));
}

function inConditions(
  place: string,
  name: string,
  before: unknown,
  after: unknown,
): readonly NotableChange[] {
  const known = new Map(listAt(before, 'conditions').map((condition) => [condition['type'], condition]));
  return listAt(after, 'conditions').flatMap((condition): readonly NotableChange[] => {
    const notable = notableAt(`${place} ${String(condition['type'])}`);
    if (notable === undefined) return [];
    const type = typeOf(notable, known.get(condition['type']), condition);
    const { reason, message, type: action } = condition;
    return type === undefined
      ? []
      : [
          {
            type,
            reason: String(reason),
            action: lastWord(String(action)),
            note: `${name}${String(message)}`,
          },
        ];
  });
}

function typeOf(
  { bad, tellsEnd }: Notable,
  before: Json | undefined,
  after: Json,
): NotableChange['type'] | undefined {
  const isBad = after['status'] === bad;
  const wasBad = before?.['status'] === bad;
  if (!isBad) return tellsEnd === true && wasBad && !isAwaited(before) ? 'Normal' : undefined;
  if (wasBad && before['reason'] === after['reason']) return undefined;
  if (!isAwaited(after)) return 'Warning';
  // What was there, of this very generation, is not any more.
  const isLost =
    fieldOf(before, 'status') !== undefined && !wasBad && fieldOf(before, 'status') !== 'Unknown';
  return isLost && fieldOf(before, 'observedGeneration') === after['observedGeneration']
    ? 'Warning'
    : undefined;
}

function isAwaited(condition: Json | undefined): boolean {
  return condition?.['reason'] === 'Pending';
}

function notableAt(place: string): Notable | undefined {
  return Object.hasOwn(NOTABLE, place) ? NOTABLE[place as ConditionPlace] : undefined;
}

function nameOf(entry: Json, field: string): string {
  const {
    kind = 'Gateway',
    namespace,
    name,
    sectionName,
    port,
  } = objectAt(entry, field) as Partial<ParentReference>;
  const object = [namespace, name].filter((part) => part !== undefined).join('/');
  const section = sectionName ?? port;
  return `${kind} ${object}${section === undefined ? '' : ` (${section})`}: `;
}

/** Of our own types, which are qualified. */
function lastWord(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}
