import type { InstalledBundle } from '../../resources/index.js';
import type { GatewayClassModel } from '../../routing/index.js';
import { condition } from '../condition.js';
import type { CurrentCondition } from '../object-status.js';

/** Schemas and rules that objects are held against; they are built in. */
const OURS = 'v1.7.0';
/** The releases whose objects are understood, with every pre-release and patch of theirs. */
const SUPPORTED = /^v1\.[1-7]\.\d+(-.+)?$/;

/** What objects from files are held against. */
export const BUILT_IN: InstalledBundle = { version: OURS, versions: [OURS], channel: '' };

/** GatewayClassConditionStatusSupportedVersion: False as soon as one CRD is of a version that is not known here, or does not say of which it is. */
export function gatewayClassSupportedVersion(
  { gatewayClass }: GatewayClassModel,
  bundle: InstalledBundle,
): CurrentCondition {
  const unsupported = bundle.versions.filter((version) => !SUPPORTED.test(version));
  const { generation } = gatewayClass.metadata;
  if (bundle !== BUILT_IN && (unsupported.length > 0 || bundle.versions.length === 0)) {
    const installed = unsupported.filter((version) => version !== '').join(', ');
    const what = installed === '' ? 'CRDs that do not say which version they are' : `CRDs of ${installed}`;
    const message = `${what} are installed; supported are v1.1 to v1.7, others are served as far as they are understood`;
    return condition('GatewayClass SupportedVersion', 'False', 'UnsupportedVersion', message, generation);
  }
  const message =
    bundle === BUILT_IN
      ? `objects are validated as Gateway API ${OURS}`
      : `CRDs of ${bundle.versions.join(', ')} are installed, channel ${bundle.channel === '' ? 'unknown' : bundle.channel}`;
  return condition('GatewayClass SupportedVersion', 'True', 'SupportedVersion', message, generation);
}
