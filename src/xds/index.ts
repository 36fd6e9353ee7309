// xds – the ADS server: snapshots in, Envoys programmed, acknowledgements out. What may be sent now: rollout.ts. When: pacing.ts. What a rejection means: containment.ts.
export {
  buildPart,
  buildResource,
  buildSection,
  buildSnapshot,
  buildWhole,
  resourceBytes,
  snapshotVersion,
} from './build.js';
export { closureFaults, RESERVED_CLUSTER, type ClosureFault } from './closure.js';
export {
  TYPE_URLS,
  type Owner,
  type Part,
  type Permit,
  type Reference,
  type Resource,
  type ResourceType,
  type Section,
  type Snapshot,
  type TakenRequests,
  type TypeUrl,
} from './resource.js';
export type { FleetAcks, FleetSummary, RejectedResource, StreamAcks, TypeAcks } from './acknowledgements.js';
export type { Conviction } from './convictions.js';
export type { TypeCounters, XdsCounters } from './counters.js';
export type { XdsEvent } from './event.js';
export type { Version } from './node.js';
export { admissionTo, type Admission, type Authenticate } from './authenticate.js';
export type { TlsListening } from './listen.js';
export { XdsServer, type XdsServerOptions } from './server.js';
export type { Rejection } from './type-state.js';
