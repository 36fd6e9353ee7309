import type { DesiredGateway } from '../desired.js';
import { ANNOTATIONS, infraName, labelsOf } from '../names.js';

/** The kinds of what is made for Gateways, with where they live in the API. In this order they are made. */
export const INFRA_KINDS = {
  ServiceAccount: { apiVersion: 'v1', path: '/api/v1', plural: 'serviceaccounts' },
  ConfigMap: { apiVersion: 'v1', path: '/api/v1', plural: 'configmaps' },
  Service: { apiVersion: 'v1', path: '/api/v1', plural: 'services' },
  Deployment: { apiVersion: 'apps/v1', path: '/apis/apps/v1', plural: 'deployments' },
  DaemonSet: { apiVersion: 'apps/v1', path: '/apis/apps/v1', plural: 'daemonsets' },
  PodDisruptionBudget: { apiVersion: 'policy/v1', path: '/apis/policy/v1', plural: 'poddisruptionbudgets' },
  HorizontalPodAutoscaler: {
    apiVersion: 'autoscaling/v2',
    path: '/apis/autoscaling/v2',
    plural: 'horizontalpodautoscalers',
  },
  /** Of the Prometheus operator; there only where its kind is installed. */
  PodMonitor: {
    apiVersion: 'monitoring.coreos.com/v1',
    path: '/apis/monitoring.coreos.com/v1',
    plural: 'podmonitors',
  },
} as const;

export type InfraKind = keyof typeof INFRA_KINDS;

/** One object as it is applied. */
export interface InfraObject {
  readonly apiVersion: string;
  readonly kind: InfraKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly object[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly automountServiceAccountToken?: boolean;
}

/** Path of one object of a kind. */
export function pathOf(kind: InfraKind, namespace: string, name: string): string {
  const { path, plural } = INFRA_KINDS[kind];
  return `${path}/namespaces/${namespace}/${plural}/${name}`;
}

export interface Additions {
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/**
 * An object without what it is for: ours, the Gateway's, and gone with it. What users add – the Gateway's `spec.infrastructure`, then the object's own – never
 * replaces the labels that it is found by.
 */
export function infraObject(
  kind: InfraKind,
  gateway: DesiredGateway,
  { suffix = '', labels = {}, annotations = {} }: Additions = {},
): InfraObject {
  return {
    apiVersion: INFRA_KINDS[kind].apiVersion,
    kind,
    metadata: {
      name: infraName(gateway.name, gateway.gatewayClass, suffix),
      namespace: gateway.namespace,
      labels: { ...labels, ...gateway.labels, ...labelsOf(gateway.name, gateway.gatewayClass) },
      annotations: { ...annotations, ...gateway.annotations, [ANNOTATIONS.fleet]: gateway.fleet },
      ownerReferences: [
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'Gateway',
          name: gateway.name,
          uid: gateway.uid,
          controller: true,
          // Nobody who deletes a Gateway in the foreground waits for more than that.
          blockOwnerDeletion: false,
        },
      ],
    },
  };
}
