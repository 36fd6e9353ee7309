import type { FleetAcknowledgements } from '../../status/index.js';
import type { FleetSummary } from '../../xds/index.js';

/** The server's digest as `status` reads it. */
export function acknowledgementsOf({
  fleet,
  connected,
  current,
  rejected,
}: FleetSummary): FleetAcknowledgements {
  return {
    fleet,
    connected,
    current,
    rejected: rejected.map(({ type, name, message, suspected }) => ({ type, name, message, suspected })),
  };
}
