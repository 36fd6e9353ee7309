import type { KubeObject } from '../object.js';
import type { Service, ServicePort } from './core.js';

// ServiceImport of multicluster.x-k8s.io, with structural defaults applied. Source: KEP-1645, Multi-Cluster Services API.

/** A Service that several clusters may export. Its endpoints are those of the EndpointSlices whose label `multicluster.kubernetes.io/service-name` names it. */
export interface ServiceImport extends KubeObject {
  readonly kind: 'ServiceImport';
  readonly spec?: {
    readonly type: 'ClusterSetIP' | 'Headless';
    readonly ports: readonly Omit<ServicePort, 'targetPort'>[];
  };
}

/** A Service of this cluster, or one of a set of clusters: what routes refer to by number of port. Source: GEP-1748. */
export type AnyService = Service | ServiceImport;
