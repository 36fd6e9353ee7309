// status – model and acknowledgements to conditions of the API, and since when they hold.
export {
  ofAllReplicas,
  type AcceptedBy,
  type Conviction,
  type FleetAcknowledgements,
  type OtherReplicas,
  type Rejection,
  type UnknownReplicas,
} from './acknowledgements.js';
export { acceptedBy, marksOf, type Marks } from './marks.js';
export { nextProgress, progressChangesAt, type FleetProgress } from './progress.js';
export { resumedProgress } from './resumed.js';
export type {
  AncestorStatus,
  CurrentCondition,
  GatewayStatus,
  ListenerStatus,
  ObjectStatus,
  ParentStatus,
} from './object-status.js';
export { NOTABLE, notableChanges, type NotableChange } from './notable.js';
export { CONDITIONS } from './reasons.js';
export { statusesOf, type Statuses } from './statuses-of.js';
export { NO_STATUSES, transition, type StatusBook } from './transition.js';
export { StatusWriter, type StatusWriterLimits, type StatusWriterOptions } from './writer/status-writer.js';
