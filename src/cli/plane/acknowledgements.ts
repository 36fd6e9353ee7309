import { acceptedBy, type FleetAcknowledgements, type Marks } from '../../status/index.js';
import type { FleetSummary, Owner } from '../../xds/index.js';

/** A part that the server has convicted. */
export interface Convicted {
  /** cluster, endpoints, listener, routes or secret. */
  readonly type: string;
  /** Name of the resource. */
  readonly resource: string;
  readonly owner: Owner;
  /** Envoy's words. */
  readonly message: string;
}

/** The server's digest as `status` reads it, and as replicas can add it up: snapshots, which each counts for itself, become generations. */
export function acknowledgementsOf(
  { fleet, connected, settled, rejected }: FleetSummary,
  marks: Marks,
  convicted: readonly Convicted[],
): FleetAcknowledgements {
  return {
    fleet,
    connected,
    counted: settled.length,
    accepted: acceptedBy(marks, settled),
    rejected: rejected.map(({ type, name, message, suspected }) => ({ type, name, message, suspected })),
    convictions: convicted.map(({ type, resource, owner, message }) => ({
      owner,
      message,
      resource: `${type} ${resource}`,
    })),
  };
}
