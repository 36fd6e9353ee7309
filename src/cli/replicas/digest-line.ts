import type { FleetAcknowledgements } from '../../status/index.js';

/**
 * One line of what a replica tells the others, as JSON. The first holds every fleet, later ones what has changed; a line without anything says that
 * the replica is alive.
 */
export interface DigestLine {
  /** All before is forgotten. */
  readonly all?: boolean;
  readonly changed?: readonly FleetAcknowledgements[];
  /** Names of fleets that are no more. */
  readonly gone?: readonly string[];
}

/** Whoever speaks is one of us, perhaps of another version: what is needed is looked at, what is new is passed over. @returns undefined if it is none */
export function readLine(text: string): DigestLine | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    // What is no JSON is no line either.
    return undefined;
  }
  if (!isObject(line)) return undefined;
  const { all = false, changed = [], gone = [] } = line;
  if (typeof all !== 'boolean' || !isListOf(changed, isDigest) || !isListOf(gone, isText)) return undefined;
  return { all, changed, gone };
}

function isDigest(value: unknown): value is FleetAcknowledgements {
  if (!isObject(value)) return false;
  const { fleet, connected, counted, accepted, rejected, convictions = [] } = value;
  return (
    isText(fleet) &&
    isCount(connected) &&
    isCount(counted) &&
    isObject(accepted) &&
    Object.values(accepted).every(isAccepted) &&
    isListOf(rejected, isRejection) &&
    isListOf(convictions, isConviction)
  );
}

function isAccepted(value: unknown): boolean {
  return isObject(value) && typeof value['generation'] === 'number' && isCount(value['count']);
}

function isRejection(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type, name, message, suspected } = value;
  return isText(type) && isText(name) && isText(message) && typeof suspected === 'boolean';
}

function isConviction(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { owner, message, resource } = value;
  return (
    isObject(owner) && isText(owner['object']) && isText(owner['at']) && isText(message) && isText(resource)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[];
function isListOf(value: unknown, isOne: (one: unknown) => boolean): boolean;
function isListOf(value: unknown, isOne: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
