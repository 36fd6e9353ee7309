import { acceptedBy, type FleetAcknowledgements, type Marks } from '../../status/index.js';
import type { FleetSummary } from '../../xds/index.js';

/** The server's digest as `status` reads it, and as replicas can add it up: snapshots, which each counts for itself, become generations. */
export function acknowledgementsOf(
  { fleet, connected, settled, rejected }: FleetSummary,
  marks: Marks,
): FleetAcknowledgements {
  return {
    fleet,
    connected,
    counted: settled.length,
    accepted: acceptedBy(marks, settled),
    rejected: rejected.map(({ type, name, message, suspected }) => ({ type, name, message, suspected })),
  };
}
