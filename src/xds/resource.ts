import type { SortedMap } from '../collections/index.js';

/** Type URLs of the resources that are served, in the order in which a change is pushed. */
export const TYPE_URLS = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoints: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  routes: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
} as const;

export type ResourceType = keyof typeof TYPE_URLS;
export type TypeUrl = (typeof TYPE_URLS)[ResourceType];

/** A resource that a part needs: it must be known to Envoy before the part is used. */
export interface Reference {
  readonly type: ResourceType;
  readonly name: string;
}

/**
 * Who caused a part: opaque here; only `status/` and `debug/` read it. The index signature-free shape keeps it a plain value.
 */
export interface Owner {
  /** `Kind namespace/name`. */
  readonly object: string;
  /** Listener name, `rule[2]`, certificate index…: the place inside the object; '' for the whole object. */
  readonly at: string;
}

/** A permission by which something is served that belongs to someone else: opaque; a snapshot says whether it holds. */
export type Permit = string;

/** The requests that a part takes, if none ahead of it does. */
export interface TakenRequests {
  /** A text that is equal for parts that take the same, whatever their keys. */
  readonly key: string;
  /** Is it certain that no request is among both? */
  readonly excludes: (others: TakenRequests) => boolean;
}

/**
 * The encoded unit: a route of a virtual host, a filter chain of a listener, a whole cluster, secret or endpoint set.
 * Encoded once; the bytes are shared by all streams and never changed.
 */
export interface Part {
  /** Stable name of the part within its resource: equal key = the same thing in another version. */
  readonly key: string;
  /** Encoded fields, ready to be concatenated into the enclosing message (tag and length included where it is a sub-message). */
  readonly bytes: Uint8Array;
  /** Hash of `bytes`: equal hash ⇔ equal bytes, on every replica and after every restart. */
  readonly hash: string;
  /** Every cluster, route table and secret the part names (mirrors, auth services and tracers included). */
  readonly references: readonly Reference[];
  readonly owner: Owner;
  /** Which requests it takes. Absent: it is no rule, but belongs to its section as a whole. */
  readonly takes?: TakenRequests | undefined;
  /** The permissions that the part relies on: while one of them does not hold, its bytes are not served. */
  readonly permits?: readonly Permit[] | undefined;
  /**
   * What requests have to pass before the part lets them through, as an opaque text: none passes by it while an earlier version of the section is
   * still served. Undefined: nothing.
   */
  readonly guard?: string | undefined;
  /**
   * What is served in its place once an Envoy has rejected exactly these bytes: a route with the same match that answers 500; no bytes where the
   * part is left out. Undefined: there is nothing to put in its place.
   */
  readonly replacement?: Part | undefined;
  /** The part without clusters that it names and that are withheld: only their share fails. Undefined: the whole part fails. */
  readonly without?: ((clusters: ReadonlySet<string>) => Part) | undefined;
  /** The part without what relies on permissions that no longer hold: only that fails. Undefined: the whole part fails. */
  readonly withoutPermits?: ((revoked: ReadonlySet<Permit>) => Part) | undefined;
  /**
   * The same meaning in other bytes, for types where Envoy keeps what it has rejected and passes over equal content without a second look (secrets):
   * only other bytes ask it again.
   */
  readonly restated?: (() => Part) | undefined;
}

/**
 * An ordered run of parts. With a `frame`, the concatenated parts are one sub-message in that field of the resource
 * (a virtual host: field 2 of RouteConfiguration); without, they are fields of the resource itself.
 */
export interface Section {
  readonly key: string;
  /** Field number of the sub-message, or undefined. */
  readonly frame: number | undefined;
  readonly parts: readonly Part[];
  /** What is served in place of all its parts when one is rejected that has no replacement, or whose replacement is rejected too. */
  readonly fallback?: readonly Part[] | undefined;
  /** Keys of the sections that would take its requests if it were not there, of which the resource may have none, one or several. */
  readonly wider?: readonly string[] | undefined;
  /** Hash over the part hashes. */
  readonly hash: string;
  /** Encoded section, frame included. */
  readonly bytes: Uint8Array;
}

export interface Resource {
  readonly type: ResourceType;
  readonly name: string;
  readonly sections: readonly Section[];
  /** Hash over the section hashes: the resource's xDS version. */
  readonly version: string;
}

/** All resources of one fleet at one moment: closed, immutable, shared by all its streams. */
export interface Snapshot {
  readonly fleet: string;
  readonly resources: Readonly<Record<ResourceType, SortedMap<Resource>>>;
  /** Does a permission hold, on which a part of an earlier snapshot relied? Absent: none does. */
  readonly permitted?: ((permit: Permit) => boolean) | undefined;
}
