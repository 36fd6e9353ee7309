// xds – the ADS server: snapshots in, Envoys programmed, acknowledgements out. What may be sent now: rollout.ts. When: pacing.ts. What a rejection means: containment.ts.
export { buildPart, buildResource, buildSection, buildSnapshot, buildWhole, resourceBytes } from './build.js';
export { closureFaults, RESERVED_CLUSTER, type ClosureFault } from './closure.js';
export {
  TYPE_URLS,
  type Owner,
  type Part,
  type Reference,
  type Resource,
  type ResourceType,
  type Section,
  type Snapshot,
  type TypeUrl,
} from './resource.js';
