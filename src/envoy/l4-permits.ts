import { isStillPermitted, permitsOfL4, type Fleet, type L4Target, type Permit } from '../routing/index.js';
import type { Snapshot } from '../xds/index.js';

// A chain that waits keeps its previous bytes (DESIGN D5), which name a rule that may be gone. Its endpoints, of which the chain says nothing, are
// no longer kept up to date then: what they relied on when the rule was last served must still hold.

const RULE = 'rule ';
/** Rules that are gone and may still stand in a chain of some stream. */
const MOST_FORMER = 1_000;

type Former = ReadonlyMap<string, L4Target>;

const formerOf = new WeakMap<Snapshot, Former>();

/** The permission that a chain relies on which leads to a rule. */
export function rulePermit({ cluster }: L4Target): Permit {
  return RULE + cluster.name;
}

/** {@link Snapshot.permitted} of a fleet. @param before the fleet of the previous snapshot */
export function permitting(
  fleet: Fleet,
  before: Fleet | undefined,
  previous: Snapshot | undefined,
): { readonly permitted: (permit: Permit) => boolean; readonly former: Former } {
  const former = new Map(previous && formerOf.get(previous));
  for (const change of fleet.l4Targets.changesSince(before?.l4Targets)) {
    former.delete(change.key);
    if (change.after === undefined && change.before !== undefined) former.set(change.key, change.before);
  }
  for (const oldest of [...former.keys()].slice(0, -MOST_FORMER)) former.delete(oldest);
  const permitted = (permit: Permit): boolean => {
    if (!permit.startsWith(RULE)) return isStillPermitted(permit, fleet);
    const name = permit.slice(RULE.length);
    const gone = former.get(name);
    return (
      fleet.l4Targets.has(name) ||
      (gone !== undefined && permitsOfL4(gone).every((each) => isStillPermitted(each, fleet)))
    );
  };
  return { permitted, former };
}

/** Remembers, for the next, what a snapshot's rules followed. */
export function keepFormer(snapshot: Snapshot, former: Former): void {
  if (former.size > 0) formerOf.set(snapshot, former);
}
