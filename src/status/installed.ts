import type { InstalledBundle } from '../resources/index.js';
import { BUILT_IN } from './conditions/gateway-class-supported-version.js';

// What differs between releases and channels of the Gateway API that may be installed in a cluster.

/** Whether it is a release before v1.7, in which features were renamed and fields were added. */
export function isBeforeV17({ version }: InstalledBundle): boolean {
  return /^v1\.[0-6]\./.test(version);
}

/** Whether addresses of a Gateway's status have `routability` (GEP-5093): the server drops fields that its definitions have not, and would be told them again for ever. */
export function knowsRoutability(bundle: InstalledBundle): boolean {
  return bundle === BUILT_IN || (bundle.channel === 'experimental' && !isBeforeV17(bundle));
}
