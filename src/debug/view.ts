import type { ConfigDump } from '../envoy/index.js';
import type { InstalledBundle } from '../resources/index.js';
import type { Diagnostic, KindState, RefusedObject } from '../sources/index.js';
import type { ObjectStatus } from '../status/index.js';
import type { TimelineEntry } from './timeline-entry.js';

/** What the endpoint may read: plain functions that the composition root gives. None of them changes anything. */
export interface DebugView {
  readonly version: string;
  /** Whether the first complete store has been translated. */
  ready(): boolean;
  statuses(): readonly ObjectStatus[];
  /** What is wrong in the files now. */
  diagnostics(): readonly Diagnostic[];
  /** How the API server is followed; absent: objects come from files. */
  cluster?(): ClusterView;
  fleets(): readonly FleetView[];
  /** What a fleet's Envoys get, secrets redacted; undefined: no such fleet. */
  config(fleet: string): ConfigDump | undefined;
  /** The latest changes and what became of them, newest first. */
  timeline(count: number): readonly TimelineEntry[];
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Envoy's own metrics, as Prometheus text; undefined: no such fleet. Throws a WindlassError when Envoy does not answer. */
  envoyMetrics(fleet: string): Promise<string | undefined>;
}

/** What is known of a cluster, as `/cluster` prints it. */
export interface ClusterView {
  /** False before everything was known once. */
  readonly complete: boolean;
  /** What is installed of Gateway API; undefined: nothing, or it is not known. */
  readonly installed: InstalledBundle | undefined;
  /** `error` is in the API server's words. */
  readonly kinds: readonly (Omit<KindState, 'error'> & { readonly error: string | undefined })[];
  /** What the server has and is not used as it is there. */
  readonly refused: readonly RefusedObject[];
}

/** One Gateway's proxies, as `/fleets` prints them. */
export interface FleetView {
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  readonly addresses: readonly string[];
  readonly ports: readonly {
    readonly port: number;
    readonly bindPort: number;
    readonly protocol: string;
    /** Names of the listeners that it serves; of ListenerSets `<namespace>/<set>/<listener>`. */
    readonly listeners: readonly string[];
  }[];
  /** Hash over the versions of all resources; undefined when nothing is served. */
  readonly version: string | undefined;
  /** Number of resources by type. */
  readonly resources: Readonly<Record<string, number>>;
  readonly envoys: readonly EnvoyView[];
  readonly streams: readonly StreamView[];
}

/** A process that `up` started or adopted. */
export interface EnvoyView {
  readonly pid: number | undefined;
  readonly state: string;
  readonly detail: string;
}

/** An Envoy that is connected, whoever started it. */
export interface StreamView {
  readonly node: string;
  readonly version: string;
  readonly protocol: string;
  /** RFC 3339. */
  readonly connectedAt: string;
  /** Whether it acknowledged every current version. */
  readonly current: boolean;
  /** The same, but what the configuration no longer has may still be there: removals wait. */
  readonly accepted: boolean;
  /** Why it gets nothing; '' when it does. */
  readonly refused: string;
  readonly rejected: readonly { readonly type: string; readonly name: string; readonly message: string }[];
}
