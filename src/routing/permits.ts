import { isStillSecure } from './backend-tls.js';
import { isStillGranted } from './grants.js';
import type { Fleet, Permit } from './model.js';

/** Does what was relied on before – a grant, or that no policy asks for other TLS – still hold in this fleet? */
export function isStillPermitted(
  permit: Permit,
  fleet: Pick<Fleet, 'grants' | 'secured' | 'xBackends'>,
): boolean {
  return isStillSecure(permit, fleet) ?? isStillGranted(permit, fleet.grants);
}
