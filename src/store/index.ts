// store – all resources of one moment, immutable, indexed by the questions that routing asks of it.
export { emptyStore, type Store, type StoreChange } from './store.js';
export type { FleetObservation, PortObservation } from './observation.js';
export { memoByReads, type Reads, type Memo } from './memo.js';
