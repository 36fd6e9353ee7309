// store – all resources of one moment, immutable, indexed by the questions that routing asks of it; and what keeps pure functions of it up to date.
export { emptyStore, type Store, type StoreChange } from './store.js';
export type { FleetObservation, PortObservation } from './observation.js';
export type { Reads } from './questions.js';
export { memoByReads, type Memo } from './memo.js';
export { derive, type Derived } from './derived.js';
export { flatTable } from './table.js';
