// resources – the kinds we read: types, defaults, validation as an API server does it, older forms made current.
export * from './object.js';
export * from './kinds.js';
export type * from './types/index.js';
export { CLUSTER_ROUTABILITY, SENTINEL_ROUTABILITY } from './routability.js';
export { displayPath, type Fault, type FaultRule, type PathStep } from './fault.js';
export { ingest, type Ingested } from './ingest.js';
export { admitServed, type Admitted } from './served.js';
export type { InstalledBundle } from './bundle.js';
export { sameForUs } from './identity.js';
