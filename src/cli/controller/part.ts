import type { KubeConfig } from '@kubernetes/client-node';
import type { Config } from '../../config/index.js';
import type { DesiredProxy } from '../../infra/index.js';
import type { ApiClient } from '../../kubernetes/index.js';
import type { ObjectRef } from '../../resources/index.js';
import type { Model } from '../../routing/index.js';
import type { ClusterSource } from '../../sources/index.js';
import type { StatusBook } from '../../status/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Core } from '../plane/core.js';

/** What a part of the control plane in a cluster may use. When it is opened, the source is complete and nothing has been translated. */
export interface ClusterContext extends Core {
  readonly config: Config;
  readonly credentials: KubeConfig;
  readonly client: ApiClient;
  readonly source: ClusterSource;
  readonly logger: Logger;
}

/**
 * Something that acts in the cluster on what the control plane knows – writes statuses, provides proxies, lets them in –, told of what it asks to be told. What it comes
 * to know goes into `plane.apply` as observations. No call may throw.
 */
export interface ClusterPart {
  /** After each translation. */
  onModel?(model: Model): void;
  /** When other proxies are wanted. */
  onDesired?(desired: readonly DesiredProxy[]): void;
  /** When a status should be another one. */
  onStatuses?(book: StatusBook): void;
  /** When a status on the server is another one, whoever wrote it. */
  onStatusSeen?(ref: ObjectRef): void;
  /** Ends it, in the opposite order of opening. */
  close(): Promise<void>;
}

/** Makes a part; it may begin at once. @throws WindlassError when the control plane cannot run without what it could not get */
export type OpenPart = (context: ClusterContext) => Promise<ClusterPart>;
