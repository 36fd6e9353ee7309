import { createConnection } from 'node:net';
import type { BoundAddress } from './admin-questions.js';
import type { Claim } from './claims.js';

/** Whether somebody listens there now. Connects: to bind would take the port from an Envoy that is just about to. */
export function isListening({ address: host, port, transport }: Claim): Promise<boolean> {
  // Nothing answers a datagram for certain: of a port of UDP that was lost Envoy's rejection tells.
  if (transport === 'udp') return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const answer = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
    socket.setTimeout(1_000, () => answer(false));
  });
}

/** What has become of ports that were free when they were granted, but are bound by Envoy only later. */
export interface ClaimsInFact {
  /** The Envoy holds them. */
  readonly held: readonly Claim[];
  /** Somebody else was faster. Envoy refuses the listener, and tries no more. */
  readonly lost: readonly Claim[];
}

/**
 * Neither held nor lost is what nobody listens on: the listener has not reached the Envoy yet. `bound` is asked after the connections, so that a
 * port that the Envoy bound in between is not taken for lost.
 */
export async function claimsInFact(
  claims: readonly Claim[],
  bound: () => Promise<readonly BoundAddress[]>,
  listening = isListening,
): Promise<ClaimsInFact> {
  const answers = await Promise.all(claims.map(listening));
  const envoys = new Set((await bound()).map(keyOf));
  const isHeld = (claim: Claim): boolean => envoys.has(keyOf(claim));
  return {
    held: claims.filter(isHeld),
    lost: claims.filter((claim, i) => answers[i] === true && !isHeld(claim)),
  };
}

function keyOf({ address, port, transport }: Pick<Claim, 'address' | 'port' | 'transport'>): string {
  return `${transport} ${address} ${port}`;
}
