/** A resource as it came over the wire: the content of its Any. */
export interface RawResource {
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** Everything an Envoy is given: by type URL, then by name. */
export type RawTables = ReadonlyMap<string, ReadonlyMap<string, RawResource>>;

const PREFIX = 'type.googleapis.com/';
export const CLUSTER = `${PREFIX}envoy.config.cluster.v3.Cluster`;
export const ENDPOINTS = `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`;
export const LISTENER = `${PREFIX}envoy.config.listener.v3.Listener`;
export const ROUTES = `${PREFIX}envoy.config.route.v3.RouteConfiguration`;
