/** Which Gateway API is installed in a cluster, as the annotations of its CRDs say. Source: Gateway API, versioning. */
export interface InstalledBundle {
  /** `v1.7.0`; of several the oldest; '' when a CRD does not say. */
  readonly version: string;
  /** Every version that a CRD names, oldest first. More than one: an upgrade that is not finished. */
  readonly versions: readonly string[];
  /** `experimental` if any CRD is of that channel. */
  readonly channel: string;
}
