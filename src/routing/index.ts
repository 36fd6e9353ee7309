// routing – the model: pure functions from the store to what every Gateway serves and why, and what a request would meet there.
export * from './model.js';
export type * from './backend-tls-model.js';
export type * from './backend-traffic-model.js';
export type * from './client-validation-model.js';
export type * from './l4/l4-model.js';
export type * from './policy-model.js';
export type * from './session-model.js';
export type * from './x-backend-model.js';
export * from './telemetry-model.js';
export { securityPermit } from './backend-tls.js';
export { certificateNames } from './certificate-names.js';
export { clientPermit } from './client-validation.js';
export { createTranslator, type Translator } from './translator.js';
export type { Checks } from './checks.js';
export type { TranslatorCounters, TranslatorOptions } from './translator-options.js';
export { evaluate } from './evaluate/evaluate.js';
export {
  evaluateConnection,
  type ConnectionEvaluation,
  type ConnectionModel,
} from './evaluate/evaluate-connection.js';
export type { Evaluation, ForwardShare, NearMiss, Outcome, RequestModel } from './evaluate/evaluation.js';
export { failureStatus } from './failure-status.js';
export { areApart } from './match-overlap.js';
export { permitsOfL4 } from './l4/l4-permits.js';
export { isStillPermitted } from './permits.js';
export { clustersOfRule } from './rule-clusters.js';
export { settingsOfShare } from './share-settings.js';
export { coveringDomains, EVERY_HOST, type Domain } from './hostnames.js';
export { redirectPort, type Entrance } from './redirect-port.js';
