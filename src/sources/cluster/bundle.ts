import type { ServerObject } from '../../kubernetes/index.js';
import type { InstalledBundle } from '../../resources/index.js';

// What is installed of Gateway API: https://gateway-api.sigs.k8s.io/concepts/versioning/ – every CRD is annotated with its bundle and its channel.

const VERSION = 'gateway.networking.k8s.io/bundle-version';
const CHANNEL = 'gateway.networking.k8s.io/channel';
/** The one group of which every installation has CRDs, and the one of experiments. */
const GROUPS = ['.gateway.networking.k8s.io', '.gateway.networking.x-k8s.io'];

/** Whether a CRD, named `plural.group`, is one of Gateway API. */
export function isGatewayApi({ metadata }: ServerObject): boolean {
  return GROUPS.some((group) => metadata.name.endsWith(group));
}

/** @param crds of Gateway API; none: nothing is installed */
export function bundleOf(crds: readonly ServerObject[]): InstalledBundle | undefined {
  if (crds.length === 0) return undefined;
  const annotations = crds.map(({ metadata }) => metadata.annotations ?? {});
  const versions = [...new Set(annotations.map((each) => each[VERSION] ?? ''))].toSorted(byVersion);
  const channels = new Set(annotations.map((each) => each[CHANNEL] ?? ''));
  const channel = channels.has('experimental')
    ? 'experimental'
    : ([...channels].find((each) => each !== '') ?? '');
  return { version: versions[0] ?? '', versions, channel };
}

/** `v1.10.0` after `v1.9.0`; what is no version first. */
function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
