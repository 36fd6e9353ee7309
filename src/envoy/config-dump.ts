import { toJson, type Json, type MessageName } from '../proto/index.js';
import { resourceBytes, type Resource, type ResourceType, type Snapshot } from '../xds/index.js';
import { fieldsOf } from './json.js';

/** One resource as Envoy gets it, except for key material. */
export interface DumpedResource {
  readonly name: string;
  /** Its xDS version. */
  readonly version: string;
  /** Canonical protobuf JSON. */
  readonly config: Json;
}

export type ConfigDump = Readonly<Record<ResourceType, readonly DumpedResource[]>>;

const REDACTED = '[redacted]';

const MESSAGES = {
  listener: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  cluster: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  secret: 'envoy.extensions.transport_sockets.tls.v3.Secret',
} as const satisfies Record<ResourceType, MessageName>;

/** What Envoy gets, for people to read: by type, sorted by name. Key material is never in it. */
export function configDump(snapshot: Snapshot): ConfigDump {
  return {
    listener: dumped(snapshot, 'listener'),
    routes: dumped(snapshot, 'routes'),
    cluster: dumped(snapshot, 'cluster'),
    endpoints: dumped(snapshot, 'endpoints'),
    secret: dumped(snapshot, 'secret'),
  };
}

function dumped(snapshot: Snapshot, type: ResourceType): DumpedResource[] {
  return [...snapshot.resources[type].values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((resource) => ({ name: resource.name, version: resource.version, config: resourceJson(resource) }));
}

/** Canonical protobuf JSON of one resource, key material redacted. */
export function resourceJson(resource: Resource): Json {
  const config = toJson(MESSAGES[resource.type], resourceBytes(resource));
  return resource.type === 'secret' ? withoutKeys(config) : config;
}

/** Of a Secret only what is public stays as it is: its name, certificates and CAs. */
function withoutKeys(secret: Json): Json {
  return keepOnly(secret, (field, value) => {
    if (field === 'name' || field === 'validationContext') return value;
    return field === 'tlsCertificate'
      ? keepOnly(value, (inner, part) => (inner === 'certificateChain' ? part : REDACTED))
      : REDACTED;
  });
}

function keepOnly(message: Json, shown: (field: string, value: Json) => Json): Json {
  return Object.fromEntries(
    Object.entries(fieldsOf(message)).map(([field, value]) => [field, shown(field, value)]),
  );
}
