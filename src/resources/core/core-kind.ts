import type { Findings } from '../schema/findings.js';
import type { JsonObject } from '../schema/json.js';
import type { KindName, KindTypes } from '../types/index.js';

/** The kinds that Kubernetes itself defines: their OpenAPI document knows their shape, but neither defaults nor rules. */
export type CoreKindName = Extract<
  KindName,
  'Namespace' | 'Service' | 'Pod' | 'EndpointSlice' | 'Secret' | 'ConfigMap' | 'ClusterTrustBundle'
>;

/** What Kubernetes does to a core kind in code. Every step gets an object without `metadata` and `status` of its own. */
export interface CoreKind<Name extends CoreKindName> {
  /** Before the shape is checked: fills in defaults, touching only what already has the right shape. */
  readonly defaults?: (body: JsonObject) => JsonObject;
  /** After it, if it was right: Kubernetes' hand-written validation. */
  readonly rules: readonly ((object: KindTypes[Name], findings: Findings) => void)[];
  /** At last, if nothing was wrong: what the API server stores in place of what was written. */
  readonly finish?: (object: KindTypes[Name]) => KindTypes[Name];
}
