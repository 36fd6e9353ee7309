import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WindlassError } from '../../errors/index.js';
import { adminOf } from './admin.js';
import type { Claim } from './claims.js';
import { LocalGateway } from './local-gateway.js';
import { type Lock, lockRunDirectory } from './lock.js';
import {
  type DesiredProxy,
  LOCAL_INFRA_DEFAULTS,
  type LocalFleet,
  type LocalInfraOptions,
  type LocalInfraSettings,
} from './options.js';
import { isAlive } from './process-identity.js';
import { fleetDirectories, fleetPaths, openRunDirectory } from './run-directory.js';
import { type FleetState, readState } from './state.js';
import { quitUnknown, stopEnvoy } from './stop-envoy.js';

/**
 * Runs one Envoy per fleet on this machine. An Envoy belongs to the run directory, not to this process: it serves on when we die, and whoever opens the directory next goes on with
 * it (DESIGN section 3).
 */
export class LocalInfra {
  readonly #options: LocalInfraOptions;
  readonly #settings: LocalInfraSettings;
  readonly #runDirectory: string;
  readonly #lock: Lock;
  readonly #gateways = new Map<string, LocalGateway>();
  /** Fleets whose Envoy is being stopped: they are started again only afterwards. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #announced = new Map<string, LocalFleet>();
  #desired: readonly DesiredProxy[] | undefined;
  #again = false;
  #settling: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ended = false;

  private constructor(options: LocalInfraOptions, runDirectory: string, lock: Lock) {
    this.#options = options;
    this.#settings = { ...LOCAL_INFRA_DEFAULTS, ...options.settings };
    this.#runDirectory = runDirectory;
    this.#lock = lock;
  }

  /**
   * Takes the run directory. Nothing is started or stopped before the first {@link reconcile}.
   *
   * Throws a WindlassError RUN_DIRECTORY_UNUSABLE or RUN_DIRECTORY_IN_USE.
   */
  static async open(options: LocalInfraOptions): Promise<LocalInfra> {
    const runDirectory = await openRunDirectory(options.runDirectory);
    return new LocalInfra(options, runDirectory, await lockRunDirectory(runDirectory));
  }

  /** States the whole set of fleets that should have an Envoy. Resolves when every one of them has been looked at; failures are logged and tried again. */
  async reconcile(desired: readonly DesiredProxy[]): Promise<void> {
    this.#desired = desired.toSorted((a, b) => (a.fleet < b.fleet ? -1 : 1));
    await this.#settle();
  }

  /** All fleets that have a place in the run directory now. */
  fleets(): readonly LocalFleet[] {
    return [...this.#gateways.values()].map(({ snapshot }) => snapshot);
  }

  /** Ends everything: Envoys are drained and stopped and their files removed, or, with `keep`, left to serve on for the next `open`. */
  async stop({ keep = false }: { readonly keep?: boolean } = {}): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#retry);
    await this.#settling;
    await Promise.all(this.#leaving.values());
    await Promise.all(
      [...this.#gateways].map(([fleet, gateway]) => (keep ? gateway.leave() : this.#remove(fleet, gateway))),
    );
    await this.#lock.release();
    if (!keep) await removeIfEmpty(this.#runDirectory);
  }

  /** One pass at a time; what changes during a pass is seen by the next. */
  #settle(): Promise<void> {
    this.#again = true;
    return (this.#settling ??= this.#passes().finally(() => {
      this.#settling = undefined;
      if (this.#again && !this.#ended) void this.#settle();
    }));
  }

  async #passes(): Promise<void> {
    while (this.#again && !this.#ended) {
      this.#again = false;
      clearTimeout(this.#retry);
      let retry = false;
      try {
        retry = await this.#pass(this.#desired ?? []);
      } catch (thrown) {
        this.#options.logger.error('local Envoys cannot be reconciled', {
          reason: WindlassError.from(thrown).message,
        });
        retry = true;
      }
      if (retry) this.#retry = setTimeout(() => void this.#settle(), this.#settings.retryPortsMs).unref();
    }
  }

  /** True when there is something to try again later. */
  async #pass(desired: readonly DesiredProxy[]): Promise<boolean> {
    const wanted = new Map(desired.map((proxy) => [proxy.fleet, proxy]));
    let failed = await this.#stopUnknown(new Set(wanted.keys()));
    for (const [fleet, gateway] of this.#gateways) if (!wanted.has(fleet)) this.#dismiss(fleet, gateway);
    for (const { fleet } of desired) {
      if (this.#leaving.has(fleet)) continue;
      failed = !(await this.#attempt(fleet, () => this.#gateway(fleet))) || failed;
    }
    // Whoever names an address comes before those that take what is left; among equals the name decides, but nobody loses what it holds.
    const [named, others] = [true, false].map((names) =>
      desired.filter((proxy) => namesAddress(proxy) === names),
    );
    for (const proxy of [...(named ?? []), ...(others ?? [])]) {
      const { fleet } = proxy;
      const settle = () => this.#gateways.get(fleet)?.settle(proxy, this.#claimsBeside(fleet));
      failed = !(await this.#attempt(fleet, settle)) || failed;
    }
    for (const fleet of this.#gateways.keys()) this.#announce(fleet);
    return failed || [...this.#gateways.values()].some(({ waitsForPorts }) => waitsForPorts);
  }

  /** What fails for one fleet is told and fails for no other. False when it failed. */
  async #attempt(fleet: string, work: () => Promise<void> | undefined): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      const reason = WindlassError.from(thrown).message;
      this.#options.logger.error('local Envoy cannot be set up', { fleet, reason });
      return false;
    }
  }

  /** Ends the Envoys that an earlier control plane left and that nobody wants any more. True when one could not be ended. */
  async #stopUnknown(wanted: ReadonlySet<string>): Promise<boolean> {
    let failed = false;
    for (const directory of await fleetDirectories(this.#runDirectory)) {
      const state = await readState(join(directory, 'state.json'));
      if (
        state !== undefined &&
        (wanted.has(state.fleet) || this.#gateways.has(state.fleet) || this.#leaving.has(state.fleet))
      )
        continue;
      const ours = [...wanted, ...this.#leaving.keys()].some(
        (fleet) => fleetPaths(this.#runDirectory, fleet).directory === directory,
      );
      if (ours) continue;
      const end = () => this.#endUnknown(directory, state);
      failed = !(await this.#attempt(state?.fleet ?? directory, end)) || failed;
    }
    return failed;
  }

  async #endUnknown(directory: string, state: FleetState | undefined): Promise<void> {
    const admin = adminOf(join(directory, 'admin.sock'));
    if (state?.process !== undefined && isAlive(state.process)) {
      const { fleet, process } = state;
      this.#options.logger.info('Envoy is no longer wanted', { fleet, pid: process.pid });
      await stopEnvoy(process, admin, this.#settings.stop);
    } else {
      await quitUnknown(admin, this.#settings.stop);
    }
    await rm(directory, { recursive: true, force: true });
  }

  async #gateway(fleet: string): Promise<void> {
    if (this.#gateways.has(fleet)) return;
    const { runDirectory, envoy, logger, openXds } = { ...this.#options, runDirectory: this.#runDirectory };
    const gateway = await LocalGateway.open({
      fleet,
      runDirectory,
      envoy,
      settings: this.#settings,
      logger: logger.child({ fleet }),
      openXds: async (path) => await openXds?.(fleet, path),
      onChange: () => this.#changed(fleet),
    });
    this.#gateways.set(fleet, gateway);
  }

  /** A process that came or went: ports are asked for again when it went. */
  #changed(fleet: string): void {
    this.#announce(fleet);
    if (!this.#ended && this.#gateways.get(fleet)?.snapshot.process.state === 'restarting')
      void this.#settle();
  }

  #announce(fleet: string): void {
    const snapshot = this.#gateways.get(fleet)?.snapshot;
    if (snapshot === undefined || this.#ended) return;
    const last = this.#announced.get(fleet);
    if (last !== undefined && JSON.stringify(last) === JSON.stringify(snapshot)) return;
    this.#announced.set(fleet, snapshot);
    this.#options.onObservation?.(snapshot);
  }

  #claimsBeside(fleet: string): readonly Claim[] {
    return [...this.#gateways].flatMap(([other, { claims }]) => (other === fleet ? [] : claims));
  }

  /** Stops in the background: the others do not wait for one that drains. */
  #dismiss(fleet: string, gateway: LocalGateway): void {
    this.#gateways.delete(fleet);
    const gone = this.#remove(fleet, gateway).then(() => {
      this.#leaving.delete(fleet);
      if (!this.#ended) void this.#settle();
    });
    this.#leaving.set(fleet, gone);
  }

  async #remove(fleet: string, gateway: LocalGateway): Promise<void> {
    const { logger, closeXds, onRemoved } = this.#options;
    try {
      await gateway.remove();
      await closeXds?.(fleet);
    } catch (thrown) {
      logger.error('Envoy cannot be removed', { fleet, reason: WindlassError.from(thrown).message });
    }
    this.#announced.delete(fleet);
    onRemoved?.(fleet);
  }
}

function namesAddress({ addresses }: DesiredProxy): boolean {
  return addresses.some(({ value }) => value !== undefined && value !== '');
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch {
    // Somebody keeps other things there: they stay.
  }
}
