// sources – where objects come from: a directory of YAML, or a cluster; both yield the same events.
export { displayDiagnostic, type Diagnostic, type DiagnosticsDiff, type SourceChange } from './events.js';
export { loadOnce, type Loaded } from './directory/load-once.js';
export { DirectorySource, type DirectorySourceOptions } from './directory/directory-source.js';
export type { SourceStats } from './directory/document-cache.js';
export { ClusterSource, type ClusterSourceOptions } from './cluster/cluster-source.js';
export type { KindProgress, KindState, RefusedObject } from './cluster/state.js';
