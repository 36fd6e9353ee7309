import type { Condition } from '../../resources/index.js';
import { CONDITIONS } from '../reasons.js';
import { fieldOf, type Json } from '../json.js';

/** Whose conditions: the first word of a place in the table of conditions. */
export type ConditionOwner = 'GatewayClass' | 'Gateway' | 'ListenerSet' | 'Listener';

/** The API allows no more, ours and those of others together. */
const MOST_CONDITIONS = 8;
/** Characters of a condition's message. Source: meta/v1.Condition. */
const LONGEST_MESSAGE = 32_768;
/** The ones that clients wait for: they stay when others leave too little room. */
const FIRST = ['Accepted', 'Programmed', 'ResolvedRefs'];

/** The types that we write there, whether they hold now or not: all others are somebody else's. */
const OWN_TYPES: Readonly<Record<ConditionOwner, ReadonlySet<string>>> = {
  GatewayClass: typesOf('GatewayClass'),
  Gateway: typesOf('Gateway'),
  ListenerSet: typesOf('ListenerSet'),
  Listener: typesOf('Listener'),
};

/**
 * Ours in the place of ours, in the order that the server has; what is not ours stays as it is. A condition whose status has not changed keeps
 * the time that the server knows, whoever of us wrote it.
 */
export function mergeConditions(
  owner: ConditionOwner,
  server: readonly Json[],
  ours: readonly Condition[],
): readonly Json[] {
  const foreign = server.filter(({ type }) => !isOwn(owner, type));
  const made = new Map(
    mostImportant(ours, MOST_CONDITIONS - foreign.length).map((each) => [each.type, each]),
  );
  const known = new Set(server.map(({ type }) => type));
  return [
    ...server.flatMap((before): readonly Json[] => {
      if (!isOwn(owner, before['type'])) return [before];
      const now = made.get(String(before['type']));
      return now === undefined ? [] : [since(before, now)];
    }),
    ...[...made.values()].filter(({ type }) => !known.has(type)).map((each) => since(undefined, each)),
  ];
}

/** All of one's own: as {@link mergeConditions}, where nobody else writes. */
export function dateConditions(server: readonly Json[], ours: readonly Condition[]): readonly Json[] {
  return mostImportant(ours, MOST_CONDITIONS).map((each) =>
    since(
      server.find(({ type }) => type === each.type),
      each,
    ),
  );
}

function since(before: Json | undefined, condition: Condition): Json {
  const time = fieldOf(before, 'lastTransitionTime');
  const isSame = before?.['status'] === condition.status && typeof time === 'string';
  return {
    ...condition,
    message: shortened(condition.message),
    lastTransitionTime: isSame ? time : condition.lastTransitionTime,
  };
}

function isOwn(owner: ConditionOwner, type: unknown): boolean {
  return typeof type === 'string' && OWN_TYPES[owner].has(type);
}

function mostImportant(conditions: readonly Condition[], room: number): readonly Condition[] {
  if (conditions.length <= room) return conditions;
  const kept = new Set(conditions.toSorted((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, room)));
  return conditions.filter((each) => kept.has(each));
}

function rank({ type }: Condition): number {
  const at = FIRST.indexOf(type);
  return at < 0 ? FIRST.length : at;
}

function shortened(message: string): string {
  return message.length <= LONGEST_MESSAGE
    ? message
    : `${message.slice(0, LONGEST_MESSAGE - 1).toWellFormed()}…`;
}

function typesOf(owner: ConditionOwner): ReadonlySet<string> {
  const places = Object.keys(CONDITIONS).map((place) => place.split(' '));
  return new Set(places.flatMap(([of, type = '']) => (of === owner ? [type] : [])));
}
