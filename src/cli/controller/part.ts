import type { KubeConfig } from '@kubernetes/client-node';
import type { Config } from '../../config/index.js';
import type { ApiClient } from '../../kubernetes/index.js';
import type { ObjectRef } from '../../resources/index.js';
import type { Model } from '../../routing/index.js';
import type { ClusterSource } from '../../sources/index.js';
import type { FleetAcknowledgements, OtherReplicas, StatusBook } from '../../status/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Closers } from '../plane/closers.js';
import type { Core } from '../plane/core.js';

/** What acts in the cluster may use. When it is opened, the source is complete and nothing has been translated. */
export interface ClusterContext extends Core {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credentials: KubeConfig;
  readonly client: ApiClient;
  readonly source: ClusterSource;
  readonly logger: Logger;
  readonly closers: Closers;
  /** Aborted when the process is asked to end. */
  readonly ending: AbortSignal;
}

/**
 * What acts in the cluster on what the control plane knows – writes statuses, provides proxies, lets them in –, told of what it asks to be told. What it comes
 * to know goes into `plane.apply` as observations. No call may throw.
 */
export interface ClusterPart {
  /** After each translation. */
  onModel?(model: Model): void;
  /** When a status should be another one. */
  onStatuses?(book: StatusBook): void;
  /** When a status on the server is another one, whoever wrote it. */
  onStatusSeen?(ref: ObjectRef): void;
  /** What the other replicas said of a fleet. */
  others?(fleet: string): OtherReplicas;
  /** What the Envoys of this replica said, by fleet. */
  onOwn?(own: ReadonlyMap<string, FleetAcknowledgements>): void;
  /** The first store has been translated: from now on Envoys may ask. */
  begin?(): Promise<void>;
}

/** Makes it; `closers` closes what it opened. @throws WindlassError when the control plane cannot run without what it could not get */
export type OpenPart = (context: ClusterContext) => Promise<ClusterPart>;
