import { isIPv6 } from 'node:net';

/** An address and port that a fleet holds or may bind. */
export interface Claim {
  readonly fleet: string;
  readonly address: string;
  /** The port that is bound. */
  readonly port: number;
  readonly transport: Transport;
}

/** TCP and UDP have ports of their own: an equal number is another port. */
export type Transport = 'tcp' | 'udp';

/** The claims that can be in the way of one another. */
export function claimsOf(claims: readonly Claim[], transport: Transport): readonly Claim[] {
  return claims.filter((claim) => claim.transport === transport);
}

/** The fleet other than `fleet` that has a claim on this address and port, by claims of its transport; the unspecified address of a family takes them all. */
export function holderOf(
  claims: readonly Claim[],
  fleet: string,
  address: string,
  port: number,
): string | undefined {
  return claims.find(
    (claim) => claim.fleet !== fleet && claim.port === port && overlap(claim.address, address),
  )?.fleet;
}

/** Whether the fleet itself holds what asking the system for this address and port would meet. */
export function isHeldBy(claims: readonly Claim[], fleet: string, address: string, port: number): boolean {
  return claims.some(
    (claim) => claim.fleet === fleet && claim.port === port && overlap(claim.address, address),
  );
}

/** Whether who binds one is in the way of who binds the other, on the same port. */
export function overlap(a: string, b: string): boolean {
  if (a === b) return true;
  return isIPv6(a) === isIPv6(b) && (isUnspecified(a) || isUnspecified(b));
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
