import { isDeepStrictEqual } from 'node:util';
import type { ApiClient, ReflectorLimits } from '../../kubernetes/index.js';
import { WindlassError, type ErrorCode } from '../../errors/index.js';
import type { FleetObservation } from '../../store/index.js';
import type { Logger, Metrics } from '../../telemetry/index.js';
import { createConverger, type Converged, type Converger, type InfraFailure } from './converge.js';
import type { DesiredGateway } from './desired.js';
import { infraName, saidFleet } from './names.js';
import { watchNodeAddresses, type NodeAddresses } from './node-addresses.js';
import { objectsOf } from './objects.js';
import { observationOf, type Seen } from './observe.js';
import { watchOwned, type Owned, type OwnedObject } from './owned.js';
import { compileParameters } from './parameters.js';
import { createPasses, type Passes } from './passes.js';
import { bindAddresses, type KubernetesInfraSettings } from './settings.js';

export interface KubernetesInfraOptions {
  readonly client: ApiClient;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'add'>;
  readonly settings: KubernetesInfraSettings;
  /** Called with the whole new state whenever something about a Gateway changes; within `reconcile`, once what there is is known. */
  readonly onObservation: (observation: FleetObservation) => void;
  /** The Gateway is no longer desired, and nothing is left of what was made for it. */
  readonly onRemoved: (fleet: string) => void;
  readonly limits?: Partial<ReflectorLimits>;
}

/** Makes and keeps what Gateways need in a cluster, while it leads; observes what there is of it, always. */
export class KubernetesInfra {
  readonly #options: KubernetesInfraOptions;
  readonly #owned: Owned;
  readonly #nodes: NodeAddresses;
  readonly #converger: Converger;
  readonly #passes: Passes;
  readonly #synced = Promise.withResolvers<undefined>();
  readonly #observed = new Map<string, FleetObservation>();
  readonly #failures = new Map<string, readonly InfraFailure[]>();
  /** Undefined: nobody has said yet what should be, so that nothing can be too much. */
  #desired: ReadonlyMap<string, DesiredGateway> | undefined;
  #settings: KubernetesInfraSettings;
  #isLeader = false;
  #isStopped = false;

  static open(options: KubernetesInfraOptions): KubernetesInfra {
    return new KubernetesInfra(options);
  }

  private constructor(options: KubernetesInfraOptions) {
    const { client, metrics, limits, logger } = options;
    this.#options = options;
    this.#settings = options.settings;
    this.#passes = createPasses({
      pass: (fleet) => this.#pass(fleet),
      onFault: (fleet, thrown) => {
        const { code, message, stack } = WindlassError.from(thrown);
        logger.error('objects of a gateway cannot be made', { code, gateway: fleet, error: message, stack });
      },
    });
    this.#owned = watchOwned({
      client,
      onChange: (fleets) => this.#changed(fleets),
      onSynced: () => this.#begin(),
      onServed: () => this.#wakeAll(),
      onFailing: (kind, error) =>
        logger.warn('objects of gateways cannot be followed', { kind, error: error.message }),
      limits,
    });
    this.#nodes = watchNodeAddresses(client, () => this.#observeAll(), limits);
    this.#converger = createConverger({ client, owned: this.#owned, metrics });
  }

  /** What there is has been listed: from now on `reconcile` observes at once. */
  get synced(): Promise<undefined> {
    return this.#synced.promise;
  }

  /** What every Gateway needs, whole: what is not here is not wanted any more. */
  reconcile(desired: readonly DesiredGateway[]): void {
    const before = this.#desired;
    this.#desired = new Map(desired.map((gateway) => [gateway.fleet, gateway]));
    for (const gateway of desired) {
      if (isDeepStrictEqual(before?.get(gateway.fleet), gateway)) continue;
      this.#observe(gateway);
      // What failed may be well now.
      this.#passes.forget(gateway.fleet);
      this.#wake(gateway.fleet);
    }
    const gone = before === undefined ? this.#owned.fleets() : before.keys();
    for (const fleet of gone) if (!this.#desired.has(fleet)) this.#unwanted(fleet);
  }

  /**
   * The Gateway whose Envoys run as this ServiceAccount: one that was made for it, and that it would be given again. Undefined: there is none.
   */
  fleetOf(namespace: string, serviceAccount: string): string | undefined {
    const found = this.#owned.get('ServiceAccount', namespace, serviceAccount);
    const fleet = found && saidFleet(found.metadata);
    const gateway = fleet === undefined ? undefined : this.#desired?.get(fleet);
    if (gateway === undefined) return undefined;
    return infraName(gateway.name, gateway.gatewayClass) === serviceAccount ? fleet : undefined;
  }

  /** From now on: other settings, such as a CA bundle with one CA more. */
  configure(settings: KubernetesInfraSettings): void {
    this.#settings = settings;
    for (const fleet of this.#desired?.keys() ?? []) this.#wake(fleet);
  }

  /** Only who leads writes. What was begun ends with the write that is under way. */
  lead(isLeader: boolean): void {
    this.#isLeader = isLeader;
    if (isLeader) this.#wakeAll();
    else {
      // Whoever leads now knows better what fails.
      this.#failures.clear();
      this.#observeAll();
    }
  }

  /** Ends watches and passes; what there is stays. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#owned.stop();
    this.#nodes.stop();
    await this.#passes.stop();
  }

  #begin(): void {
    this.#observeAll();
    this.#wakeAll();
    this.#synced.resolve(undefined);
  }

  #changed(fleets: ReadonlySet<string>): void {
    for (const fleet of fleets) {
      const gateway = this.#desired?.get(fleet);
      if (gateway !== undefined) this.#observe(gateway);
      else if (this.#desired !== undefined) this.#unwanted(fleet);
      this.#wake(fleet);
    }
  }

  #wakeAll(): void {
    for (const fleet of new Set([...(this.#desired?.keys() ?? []), ...this.#owned.fleets()]))
      this.#wake(fleet);
  }

  #wake(fleet: string): void {
    if (this.#isLeader && this.#desired !== undefined && this.#owned.isSynced()) this.#passes.wake(fleet);
  }

  #unwanted(fleet: string): void {
    this.#failures.delete(fleet);
    if (this.#owned.isSynced() && this.#owned.ofFleet(fleet).length === 0) {
      this.#passes.forget(fleet);
      this.#converger.forget(fleet);
      if (this.#observed.delete(fleet)) this.#options.onRemoved(fleet);
    } else this.#wake(fleet);
  }

  #observeAll(): void {
    for (const gateway of this.#desired?.values() ?? []) this.#observe(gateway);
  }

  #observe(gateway: DesiredGateway): void {
    if (this.#isStopped || !this.#owned.isSynced()) return;
    const { fleet, parameters } = gateway;
    const objects = this.#owned.ofFleet(fleet);
    const run =
      parameters === undefined ? asItRuns(objects) : compileParameters(parameters, this.#settings, []);
    const observation = observationOf(gateway, {
      services: objects.filter(({ kind }) => kind === 'Service'),
      run,
      nodes: this.#nodesOf(fleet, run),
      binds: bindAddresses(this.#settings.ipFamilies),
      failures: this.#failures.get(fleet) ?? [],
      hasParameters: parameters !== undefined && Object.keys(parameters).length > 0,
    });
    if (isDeepStrictEqual(this.#observed.get(fleet), observation)) return;
    this.#observed.set(fleet, observation);
    this.#options.onObservation(observation);
  }

  #nodesOf(fleet: string, { hostNetwork, service }: Seen['run']): readonly string[] {
    if (hostNetwork) return this.#nodes.ofPods(fleet);
    return service.type === 'NodePort' ? this.#nodes.ofAll() : [];
  }

  /** @returns what happened, or undefined if there was nothing to do */
  async #pass(fleet: string): Promise<Converged | undefined> {
    if (!this.#isLeader || this.#isStopped || this.#desired === undefined) return undefined;
    const gateway = this.#desired.get(fleet);
    // What runs stays while nobody knows how it should (DESIGN D10), and the Service with its address while no listener is valid.
    if (gateway?.parameters === undefined && gateway !== undefined) return undefined;
    if (gateway?.ports.length === 0) return undefined;
    const isWanted = (): boolean =>
      this.#isLeader && !this.#isStopped && this.#desired?.get(fleet) === gateway;
    const converged = await this.#converger.converge(
      gateway ?? { fleet, uid: '' },
      gateway === undefined ? [] : objectsOf(gateway, this.#settings),
      isWanted,
    );
    this.#tell(fleet, converged);
    if (gateway === undefined) {
      if (this.#desired.get(fleet) === undefined) this.#unwanted(fleet);
    } else if (isWanted()) {
      this.#failures.set(fleet, converged.failures);
      this.#observe(gateway);
    }
    return converged;
  }

  #tell(fleet: string, { failures, written, repaired }: Converged): void {
    const { logger } = this.#options;
    if (written > 0) logger.info('objects of a gateway written', { gateway: fleet, written, repaired });
    for (const { kind, name, because, message } of failures) {
      const about = { gateway: fleet, kind, name, because };
      logger.error('an object of a gateway cannot be made', {
        code: 'INFRA_REFUSED' satisfies ErrorCode,
        error: message,
        ...about,
      });
    }
  }
}

/** Where nobody knows how it should run. */
function asItRuns(objects: readonly OwnedObject[]): Seen['run'] {
  const first = objects
    .filter(({ kind }) => kind === 'Service')
    .toSorted((a, b) => a.metadata.name.length - b.metadata.name.length)[0];
  const isOnHost = objects.some(({ spec }) => {
    const { template } = (spec ?? {}) as {
      readonly template?: { readonly spec?: { readonly hostNetwork?: boolean } };
    };
    return template?.spec?.hostNetwork === true;
  });
  const type = first?.spec?.['type'];
  return {
    hostNetwork: isOnHost,
    service: { type: type === 'ClusterIP' || type === 'NodePort' ? type : 'LoadBalancer' },
  };
}
