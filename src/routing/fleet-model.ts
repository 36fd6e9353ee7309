import type { SortedMap } from '../collections/index.js';
import type { ObjectRef, ReferenceGrant } from '../resources/index.js';
import type { CaBundleModel, ServiceTls } from './backend-tls-model.js';
import type { ClusterModel, EndpointsModel, Permit } from './cluster-model.js';
import type { Domain } from './hostnames.js';
import type { L4ClusterModel, L4EndpointsModel, L4Target, StreamModel } from './l4/l4-model.js';
import type { CertificateModel, ListenerFilters, ListenerModel } from './listener-model.js';
import type { RuleEntry } from './rule-model.js';
import type { TracingSettings } from './telemetry-model.js';
import type { XBackendModel } from './x-backend-model.js';

// What the Envoys of one Gateway serve, from its ports to its rules.

/** What the Envoys of one Gateway serve. */
export interface Fleet {
  /** `namespace/name` of the Gateway. */
  readonly id: string;
  readonly gateway: ObjectRef;
  /** Addresses to bind. */
  readonly addresses: readonly string[];
  readonly ports: readonly PortModel[];
  readonly clusters: SortedMap<ClusterModel>;
  /** By cluster name; one for each cluster whose discovery is `endpoints`. */
  readonly endpoints: SortedMap<EndpointsModel>;
  /** The rules of TLSRoutes, TCPRoutes and UDPRoutes that its ports lead to, by name of the cluster. */
  readonly l4Targets: SortedMap<L4Target>;
  /** Theirs, by name; no name is also one of `clusters`. */
  readonly l4Clusters: SortedMap<L4ClusterModel>;
  /** By cluster name; one for each of `l4Clusters`. */
  readonly l4Endpoints: SortedMap<L4EndpointsModel>;
  readonly certificates: SortedMap<CertificateModel>;
  /** Name of the certificate that is presented to backends; undefined: none. */
  readonly clientCertificate: string | undefined;
  /** Of the requests of all its HTTP and HTTPS ports; undefined: nothing is traced. */
  readonly tracing: TracingModel | undefined;
  /** By name; those that backends and clients are verified by. */
  readonly bundles: SortedMap<CaBundleModel>;
  /** Every ReferenceGrant by namespace and name: what was allowed once, and is still in use for a moment, may be no longer. */
  readonly grants: ReadonlyMap<string, ReadonlyMap<string, ReferenceGrant>>;
  /** Every Service that a BackendTLSPolicy targets, by `namespace/name`: for the same reason. */
  readonly secured: ReadonlyMap<string, ServiceTls>;
  /** Every ServiceImport that one targets. */
  readonly securedImports: ReadonlyMap<string, ServiceTls>;
  /** Every XBackend, by `namespace/name`: for the same reason. */
  readonly xBackends: ReadonlyMap<string, XBackendModel>;
}

/** How the requests of one Gateway are traced, and where their spans go. */
export interface TracingModel extends TracingSettings {
  /** Where spans are sent by OTLP. */
  readonly collector: ClusterModel;
  /** What sending there relies on. */
  readonly permits: readonly Permit[];
}

/**
 * One bound port. HTTP: one table for all its listeners; HTTPS: one table per listener, chosen by SNI. A port that HTTPS and TLS share is HTTPS. UDP
 * has ports of its own: a number may be that of two.
 */
export interface PortModel {
  /** As the listeners say; redirects use it. */
  readonly port: number;
  /** The port that is bound: `port` plus the local port offset. */
  readonly bindPort: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP' | 'UDP';
  readonly tables: readonly TableModel[];
  /** Its listeners of protocol TLS, TCP or UDP. */
  readonly streams: readonly StreamModel[];
  /** Those that its listeners use themselves, whatever their routes do. */
  readonly clusters: readonly ClusterModel[];
  /** Clients are to be verified where it ends TLS, and cannot be: listeners that do are not served. */
  readonly unverifiable?: true | undefined;
}

/** One route table (RouteConfiguration). */
export interface TableModel {
  /** `gateway/<namespace>/<name>/<port>` for HTTP; with `/<listener>` appended for HTTPS. Never contains a variant. */
  readonly name: string;
  /** HTTPS: the listener that owns the chain. HTTP: undefined. */
  readonly listener: ListenerModel | undefined;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** By domain, of which each has exactly one: order never depends on history. */
  readonly virtualHosts: SortedMap<VirtualHostModel>;
}

export interface VirtualHostModel {
  /** `*`, `*.example.com` or an exact host. Lower case. */
  readonly domain: string;
  /** Name of the listener that owns the domain. */
  readonly listener: string;
  /** The listener's. */
  readonly filters: ListenerFilters;
  /**
   * Domains among those it takes that other listeners of the port own: requests for them came by the wrong connection and answer 421. Mostly empty.
   */
  readonly foreign: readonly Domain[];
  /** In order of precedence; the first that matches wins; none: 404. */
  readonly rules: readonly RuleEntry[];
}
