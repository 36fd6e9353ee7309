import type { SortedMap } from '../../collections/index.js';
import type { ObjectRef } from '../../resources/index.js';
import type { BackendTls } from '../backend-tls-model.js';
import type { Domain } from '../hostnames.js';
import type { ClientValidation } from '../client-validation-model.js';

import type { Refusal } from '../verdict.js';

// What TLSRoutes, TCPRoutes and UDPRoutes come to: connections and datagrams that are handed on as they are.

export type Transport = 'tcp' | 'udp';

/** A served listener of protocol TLS, TCP or UDP. */
export interface StreamModel {
  /** Its name. */
  readonly listener: string;
  readonly protocol: 'TLS' | 'TCP' | 'UDP';
  /** Names of what it ends TLS with; undefined: it ends none. */
  readonly certificates: readonly string[] | undefined;
  /** What clients have to present where TLS is ended; undefined: nothing. */
  readonly clientValidation: ClientValidation | undefined;
  /** By domain; at least that of the listener itself. */
  readonly chains: SortedMap<ChainModel>;
}

/** Who gets the connections of one server name. TCP and UDP name none: their only chain has `*`. */
export interface ChainModel {
  readonly domain: Domain;
  /** Undefined: they are refused. */
  readonly target: L4Target | undefined;
}

/** What the one rule of a route comes to wherever it is attached. */
export interface L4Rule {
  /** On a listener that hands TLS on, and for UDP. */
  readonly passed: L4Target;
  /** On a listener that ends TLS, and for TCP: a BackendTLSPolicy says whether TLS is spoken to a backend. */
  readonly ended: L4Target;
}

/** The one rule of a route, as a listener uses it. */
export interface L4Target {
  readonly cluster: L4ClusterModel;
  readonly shares: readonly L4Share[];
}

/** What a rule's connections go through. Neither weights nor backends are in it: these change by its endpoints alone (DESIGN D4). */
export interface L4ClusterModel {
  /** `<kind>/<namespace>/<name>/rule/<i>`, kind in lower case; `/terminate` appended where a TLSRoute's connections are decrypted. */
  readonly name: string;
  readonly route: ObjectRef;
  /** Index into `spec.rules`. */
  readonly rule: number;
  readonly transport: Transport;
  /**
   * How TLS is spoken to those of its endpoints that say so ({@link L4Endpoint}); no two have the same digest. Undefined: it is never spoken, what
   * is sent may be TLS already.
   */
  readonly tls: readonly SecuredModel[] | undefined;
}

export interface SecuredModel {
  /** Of the settings: what endpoints name them by. */
  readonly digest: string;
  readonly tls: BackendTls;
}

/** A backendRef and its part of the connections: `weight` of the sum of all. */
export interface L4Share {
  readonly weight: number;
  readonly target:
    | {
        readonly kind: 'backend';
        /** A Service or a ServiceImport. */
        readonly service: ObjectRef;
        readonly port: number;
        readonly secured: SecuredModel | undefined;
      }
    /** Its part is refused. */
    | { readonly kind: 'unresolved'; readonly refusal: Refusal };
}

/** Where the connections of a rule go: EDS alone says it. */
export interface L4EndpointsModel {
  readonly cluster: string;
  /** By name; at least one has a positive weight. */
  readonly localities: readonly L4Locality[];
}

export interface L4Locality {
  /** `<namespace>/<service>:<port>` of a share, `serviceimport_` before that of a ServiceImport; `refused` for all that is refused; `mixed` when shares have endpoints in common. */
  readonly name: string;
  /** Part of the connections; 0: none, but those that are open stay. */
  readonly weight: number;
  /** Sorted, never empty, without duplicates. */
  readonly endpoints: readonly L4Endpoint[];
}

/** With `refuses` instead of an address: where nobody can listen. */
export type L4Endpoint = {
  /** Part of its locality's connections; undefined: all have the same. */
  readonly weight: number | undefined;
} & (
  | {
      readonly address: string;
      readonly port: number;
      /** Of the TLS that is spoken; `plain`: none. Undefined: the cluster knows of none. */
      readonly digest: string | undefined;
    }
  | { readonly refuses: true }
);
