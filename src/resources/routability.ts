// Where an address of a Gateway can be reached from. Source: GEP-5093, Well-Known Values.

/** A cluster IP: of the ServiceCIDR, and reached from within the cluster. */
export const CLUSTER_ROUTABILITY = 'Cluster';

/** What conformance tests ask for: an address like any other, of which nothing is promised. */
export const SENTINEL_ROUTABILITY = 'testing.x-k8s.io/sentinel';
