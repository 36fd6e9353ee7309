import { isStillSecure } from './backend-tls.js';
import { isStillOpen } from './client-validation.js';
import { isStillGranted } from './grants.js';
import type { Fleet, Permit } from './model.js';

/** Does what was relied on before – a grant, that no policy asks for other TLS, or no more is asked of clients – still hold in this fleet? */
export function isStillPermitted(
  permit: Permit,
  fleet: Pick<Fleet, 'grants' | 'secured' | 'securedImports' | 'xBackends' | 'ports'>,
): boolean {
  return (
    isStillOpen(permit, fleet.ports) ?? isStillSecure(permit, fleet) ?? isStillGranted(permit, fleet.grants)
  );
}
