import { isStillSecure } from './backend-tls.js';
import { isStillGranted } from './grants.js';
import type { Fleet, Permit } from './model.js';

/** Does what was relied on before – a grant, or that no policy asks for other TLS – still hold in this fleet? */
export function isStillPermitted(
  permit: Permit,
  { grants, secured }: Pick<Fleet, 'grants' | 'secured'>,
): boolean {
  return isStillSecure(permit, secured) ?? isStillGranted(permit, grants);
}
