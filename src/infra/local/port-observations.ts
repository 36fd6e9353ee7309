import type { FleetObservation, PortObservation } from '../../store/index.js';
import { claimsOf, holderOf, isHeldBy, type Claim, type Transport } from './claims.js';
import { CLAIMED } from './machine-claims.js';
import type { Probe } from './ports.js';

/** Of a port of TCP or UDP. */
export const MAX_PORT = 65_535;

export interface PortQuestion {
  readonly fleet: string;
  readonly addresses: readonly string[];
  readonly transport: Transport;
  /** Ports of the listeners, of this transport. */
  readonly ports: readonly number[];
  readonly portOffset: number;
  /** What every fleet holds; what this one holds is not asked for again. */
  readonly claims: readonly Claim[];
}

/**
 * Whether each listener's port can be had, on all addresses of the fleet: refused with the reason of `ListenerConditionAccepted`.
 *
 * @param claim asked instead of `probe` for what the fleet's own Envoy holds already
 */
export async function observePorts(
  question: PortQuestion,
  probe: Probe,
  claim: Probe = () => Promise.resolve('free'),
): Promise<FleetObservation['ports']> {
  const observed: Record<number, PortObservation> = {};
  for (const port of new Set(question.ports))
    observed[port] = await observePort(question, port, probe, claim);
  return observed;
}

async function observePort(
  question: PortQuestion,
  listenerPort: number,
  probe: Probe,
  claim: Probe,
): Promise<PortObservation> {
  const { fleet, addresses, portOffset, transport } = question;
  const claims = claimsOf(question.claims, transport);
  const port = listenerPort + portOffset;
  if (port > MAX_PORT)
    return refused(`port ${listenerPort} with the port offset ${portOffset} is above ${MAX_PORT}`);
  for (const address of addresses) {
    const holder = holderOf(claims, fleet, address, port);
    if (holder !== undefined) return refused(`port ${port} on ${address} belongs to Gateway ${holder}`);
    const asked = isHeldBy(claims, fleet, address, port) ? claim : probe;
    const answer = await asked(address, port, transport);
    if (answer !== 'free') return refused(explain(address, port, answer));
  }
  return { bound: true };
}

function refused(message: string): PortObservation {
  return { bound: false, reason: 'PortUnavailable', message };
}

function explain(address: string, port: number, errno: string): string {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return `this user may not bind port ${port} on ${address}; start with --port-offset 8000 to use port ${port + 8000} instead`;
    case CLAIMED:
      return `port ${port} on ${address} belongs to another Gateway on this machine`;
    case 'EADDRINUSE':
      return `port ${port} on ${address} is in use by another process`;
    default:
      return `port ${port} on ${address} cannot be bound: ${errno}`;
  }
}
