import type { KubeObject } from '../object.js';

// Pod of the core group, as far as it is read: where it can be reached, and whether. Source: Kubernetes API reference, v1.

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

export interface PodContainer {
  readonly name: string;
  readonly image?: string;
  /** Containers that start before the others and run on beside them say `Always`. */
  readonly restartPolicy?: string;
  readonly ports?: readonly ContainerPort[];
}

export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly spec?: {
    readonly containers: readonly PodContainer[];
    readonly initContainers?: readonly PodContainer[];
  };
  readonly status?: {
    /** Pending, Running, Succeeded, Failed or Unknown. */
    readonly phase?: string;
    readonly podIP?: string;
    /** `podIP` first, then at most one of the other family. */
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
