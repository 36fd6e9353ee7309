import type { ClusterView } from '../../debug/index.js';
import type { ClusterSource } from '../../sources/index.js';

/** The source as the debug endpoint shows it. */
export function clusterViewOf(source: ClusterSource): ClusterView {
  return {
    complete: source.isComplete,
    installed: source.bundle,
    kinds: source.state().map((state) => ({ ...state, error: state.error?.message })),
    refused: source.refused(),
  };
}
