import { signCertificate, type KeyPair } from '../certificates/index.js';
import { signerOf, type Authorities, type Authority } from './authorities.js';

/** What the xDS port presents. Its key never leaves the process. */
export interface ServingCertificate extends KeyPair {
  readonly signer: Authority;
  /** Milliseconds since the epoch: it gets a successor. */
  readonly renewAt: number;
  readonly notAfter: number;
}

export interface ServingOptions {
  /** DNS names and IP addresses. */
  readonly serverNames: readonly string[];
  /** Milliseconds. */
  readonly lifeMs: number;
  /** From 0 to 1: replicas renew at different times. */
  readonly random: () => number;
}

/** Shares of its life between which it is renewed: before two thirds, so that a third is left to get well from whatever goes wrong. */
const [FIRST, LAST] = [1 / 2, 0.64];

/**
 * The certificate to present now: `current`, while it is good and its CA the one that signs; else a new one. Undefined: no CA is valid.
 * @param now milliseconds since the epoch
 */
export async function servingCertificate(
  current: ServingCertificate | undefined,
  authorities: Authorities,
  { serverNames, lifeMs, random }: ServingOptions,
  now: number,
): Promise<ServingCertificate | undefined> {
  const signer = signerOf(authorities, now);
  if (signer === undefined) return undefined;
  if (current !== undefined && now < current.renewAt && current.signer.certificate === signer.certificate)
    return current;
  const notAfter = Math.min(now + lifeMs, signer.notAfter);
  const validity = { now: new Date(now), notAfter: new Date(notAfter) };
  const pair = await signCertificate(signer, serverNames, validity);
  return { ...pair, signer, notAfter, renewAt: now + (notAfter - now) * (FIRST + (LAST - FIRST) * random()) };
}
