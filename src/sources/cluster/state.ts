import type { ApiError } from '../../kubernetes/index.js';
import type { KindName } from '../../resources/index.js';

/**
 * How far a kind is known. `waiting`: not asked yet, or not answered. `synced`: all that is there is known, and the watch follows. `absent`: the server does not serve the
 * kind, which counts as known to be empty; it is waited for. `unneeded`: nothing that is there asks for it. `failing`: what is known stands, and may be old.
 */
export type KindProgress = 'waiting' | 'synced' | 'absent' | 'unneeded' | 'failing';

export interface KindState {
  /** CustomResourceDefinitions themselves say which Gateway API is installed. */
  readonly kind: KindName | 'CustomResourceDefinition';
  readonly is: KindProgress;
  /** That the server serves and that is read; undefined: none. */
  readonly version: string | undefined;
  /** Objects that are known; of Secrets and ConfigMaps, those that exist. */
  readonly objects: number;
  /** Of those, the ones that do not fit and are not used in this state. */
  readonly refused: number;
  /** How often the server failed since the start. */
  readonly failures: number;
  /** Of Secrets and ConfigMaps: how often contents were asked for. */
  readonly fetches: number;
  /** Set while `failing`. */
  readonly error: ApiError | undefined;
}

/** An object that the server has and that is not used as it is there. */
export interface RefusedObject {
  /** `Kind namespace/name`. */
  readonly object: string;
  readonly generation: number | undefined;
  /** Each with its field. */
  readonly faults: readonly string[];
  /** An earlier state of it is still in use. */
  readonly keepsEarlier: boolean;
}
