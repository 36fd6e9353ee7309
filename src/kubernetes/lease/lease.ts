import type { ObjectMeta } from '../../resources/index.js';

/** As far as it is read and written. Source: coordination.k8s.io/v1 Lease. */
export interface Lease {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly metadata: ObjectMeta;
  readonly spec: LeaseSpec;
}

export interface LeaseSpec {
  /** '' or absent: nobody. */
  readonly holderIdentity?: string;
  /** How long others wait after they have seen the Lease change. Seconds. */
  readonly leaseDurationSeconds?: number;
  /** RFC 3339 with microseconds. Told to people; nobody compares it with a clock. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often it has passed from one holder to another. */
  readonly leaseTransitions?: number;
}

export function leasePath(namespace: string, name?: string): string {
  const all = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  return name === undefined ? all : `${all}/${name}`;
}
