import type { KubeObject } from '../object.js';

// GatewayParameters of windlass.io/v1alpha1: our own kind. Source: schemas/windlass. No field has a default there: what a Gateway leaves out its class may say.

/** Part of another kind, as it is written there: the API server checks it where it ends up. */
export type Opaque = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;
/** Pods, or percent of them. */
type Amount = number | string;

export interface GatewayParameters extends KubeObject {
  readonly kind: 'GatewayParameters';
  readonly spec: GatewayParametersSpec;
}

export interface GatewayParametersSpec {
  readonly kind?: 'Deployment' | 'DaemonSet';
  readonly replicas?: number;
  readonly image?: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, number | string>>;
    readonly limits?: Readonly<Record<string, number | string>>;
  };
  /** Worker threads. */
  readonly concurrency?: number;
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'critical' | 'off';
  readonly metricsPort?: number;
  readonly hostNetwork?: boolean;
  readonly service?: ServiceParameters;
  readonly pod?: PodParameters;
  readonly shutdown?: { readonly minDrainSeconds?: number; readonly drainSeconds?: number };
  /** At most one of the amounts. */
  readonly podDisruptionBudget?: {
    readonly enabled?: boolean;
    readonly minAvailable?: Amount;
    readonly maxUnavailable?: Amount;
  };
  readonly autoscaling?: AutoscalingParameters;
  readonly podMonitor?: { readonly enabled?: boolean; readonly interval?: string; readonly labels?: Texts };
  readonly patches?: readonly ObjectPatch[];
}

export interface ServiceParameters {
  readonly type?: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  readonly annotations?: Texts;
  readonly labels?: Texts;
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  readonly loadBalancerClass?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
}

export interface PodParameters {
  readonly annotations?: Texts;
  readonly labels?: Texts;
  readonly nodeSelector?: Texts;
  readonly tolerations?: readonly Opaque[];
  readonly affinity?: Opaque;
  readonly topologySpreadConstraints?: readonly Opaque[];
  readonly priorityClassName?: string;
  readonly volumes?: readonly Opaque[];
  readonly volumeMounts?: readonly Opaque[];
  readonly env?: readonly Opaque[];
}

export interface AutoscalingParameters {
  readonly enabled?: boolean;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  /** Of what pods request. */
  readonly targetCPUUtilizationPercentage?: number;
  readonly metrics?: readonly Opaque[];
  readonly behavior?: Opaque;
}

/** A change by strategic merge to one of the objects that are made. */
export interface ObjectPatch {
  readonly kind:
    | 'Deployment'
    | 'DaemonSet'
    | 'Service'
    | 'ServiceAccount'
    | 'PodDisruptionBudget'
    | 'HorizontalPodAutoscaler'
    | 'PodMonitor';
  readonly patch: Opaque;
}
