import type { FleetObservation } from '../../store/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { DesiredAddress } from './addresses.js';
import type { BackoffOptions } from './backoff.js';
import type { Transport } from './claims.js';
import type { EnvoyBinary } from './envoy-binary/find.js';
import type { StopOptions } from './stop-envoy.js';

/** How the local Envoys are run. Times in milliseconds. */
export interface LocalInfraSettings {
  /** Worker threads of each Envoy. Default 2. */
  readonly concurrency: number;
  /** Level of Envoy's own log file. Default `info`. */
  readonly envoyLogLevel: 'trace' | 'debug' | 'info' | 'warning' | 'error';
  /** Added to every listener's port to get the port that is bound. Default 0. */
  readonly portOffset: number;
  /** Skip the search for fields that this Envoy does not know: cheaper route updates (DESIGN D7). Default false. */
  readonly ignoreUnknownFields: boolean;
  /** `file`: the access log stays in the run directory; `log`: each entry is also an event of ours. Default `file`. */
  readonly accessLog: 'file' | 'log';
  /** Each log file is emptied beyond this many bytes, after one copy was kept. Default 16 MiB. */
  readonly maxLogBytes: number;
  /** Default: 3 s to drain, 5 s from SIGTERM to SIGKILL. */
  readonly stop: StopOptions;
  /** Waits between restarts of an Envoy that dies. Default 200 ms to 15 s. */
  readonly backoff: BackoffOptions;
  /** An Envoy that ran this long has not failed to start. Default 10 s. */
  readonly stableAfterMs: number;
  /** A started Envoy whose admin interface does not answer by then is ended and started again. Default 30 s. */
  readonly startDeadlineMs: number;
  /** How soon a port that could not be had is tried again. Default 1 s. */
  readonly retryPortsMs: number;
}

export const LOCAL_INFRA_DEFAULTS: LocalInfraSettings = {
  concurrency: 2,
  envoyLogLevel: 'info',
  portOffset: 0,
  ignoreUnknownFields: false,
  accessLog: 'file',
  maxLogBytes: 16 * 1024 * 1024,
  stop: { drainMs: 3_000, killAfterMs: 5_000 },
  backoff: { firstMs: 200, maxMs: 15_000 },
  stableAfterMs: 10_000,
  startDeadlineMs: 30_000,
  retryPortsMs: 1_000,
};

export interface LocalInfraOptions {
  /** Path; its default is `config`'s. */
  readonly runDirectory: string;
  readonly envoy: Pick<EnvoyBinary, 'path' | 'version'>;
  readonly logger: Logger;
  readonly settings?: Partial<LocalInfraSettings>;
  /** The xDS server's part: a socket at this path, which decides the fleet. Called before the fleet's Envoy is started or adopted. */
  readonly openXds?: (fleet: string, socketPath: string) => Promise<void>;
  /** Called when the fleet's Envoy is gone. */
  readonly closeXds?: (fleet: string) => Promise<void>;
  /** Called with the whole new state whenever something about a fleet changes. */
  readonly onObservation?: (fleet: LocalFleet) => void;
  /** Called when a fleet that is no longer desired is gone. */
  readonly onRemoved?: (fleet: string) => void;
}

/** A fleet that should have an Envoy. */
export interface DesiredProxy {
  /** `namespace/name` of the Gateway. */
  readonly fleet: string;
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    /** Default: tcp. */
    readonly transport?: Transport;
  }[];
  /** `spec.addresses` of the Gateway. */
  readonly addresses: readonly DesiredAddress[];
}

export interface ProcessState {
  /** Undefined while there is no process. */
  readonly pid: number | undefined;
  readonly state: 'starting' | 'running' | 'restarting' | 'stopped';
  /** How often it was started again, by this control plane. */
  readonly restarts: number;
}

/** What is known of one fleet's local Envoy. */
export interface LocalFleet {
  /** For the store. The same object as long as nothing in it changes: a restart of a process recomputes nothing. */
  readonly observation: FleetObservation;
  readonly process: ProcessState;
  readonly adminSocket: string;
  readonly xdsSocket: string;
  /** Prometheus metrics of the Envoy; undefined while it has no process. */
  readonly metricsUrl: string | undefined;
  readonly logFile: string;
  readonly accessLogFile: string;
}
