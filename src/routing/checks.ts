import type { Secret } from '../resources/index.js';
import { keyPairFault } from './key-pair.js';
import { regexFault } from './regex.js';

/**
 * What is asked before Envoy is (DESIGN D10): each says why Envoy would refuse, or undefined. All are on; there is no way to switch one off from outside.
 * They are values so that a test can leave one out and meet the rejection by Envoy itself: docs/decisions/0014-checks-and-rejections.md.
 */
export interface Checks {
  /** An RE2 expression. */
  readonly regex: (pattern: string) => string | undefined;
  /** The key pair of a listener. */
  readonly certificate: (secret: Secret) => string | undefined;
}

export const CHECKS: Checks = { regex: regexFault, certificate: keyPairFault };
