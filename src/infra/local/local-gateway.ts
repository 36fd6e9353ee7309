import { mkdir, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { WindlassError } from '../../errors/index.js';
import type { FleetObservation } from '../../store/index.js';
import type { Logger } from '../../telemetry/index.js';
import { chooseAddresses } from './addresses.js';
import { type Admin, adminOf } from './admin.js';
import { answers, boundAddresses, isDraining } from './admin-questions.js';
import { bootstrapText } from '../bootstrap/bootstrap.js';
import type { Claim, Transport } from './claims.js';
import type { EnvoyBinary } from './envoy-binary/find.js';
import { EnvoyProcess, type Launch } from './envoy-process.js';
import { type JoinedLogs, joinLogs } from './join-logs.js';
import { launchHash, launchOf } from './launch.js';
import { claimsInFact } from './lost-claims.js';
import { MachineClaims } from './machine-claims.js';
import type { DesiredProxy, LocalFleet, LocalInfraSettings, ProcessState } from './options.js';
import { MAX_PORT, observePorts } from './port-observations.js';
import { freeLoopbackPort, probePort } from './ports.js';
import { isAlive } from './process-identity.js';
import { type FleetPaths, fleetPaths } from './run-directory.js';
import { type FleetState, readState, writeState } from './state.js';
import { quitUnknown, stopEnvoy } from './stop-envoy.js';
import { writePrivately } from './write-file.js';

export interface LocalGatewayOptions {
  readonly fleet: string;
  readonly runDirectory: string;
  readonly envoy: Pick<EnvoyBinary, 'path' | 'version'>;
  readonly settings: LocalInfraSettings;
  readonly logger: Logger;
  /** Makes the xDS socket; awaited before an Envoy is started or adopted. */
  readonly openXds: (socketPath: string) => Promise<void>;
  readonly onChange: () => void;
}

const NOT_STARTED: ProcessState = { pid: undefined, state: 'stopped', restarts: 0 };

/** One fleet of one local Envoy: its directory, its addresses and ports, its process and its logs. */
export class LocalGateway {
  readonly paths: FleetPaths;
  readonly #options: LocalGatewayOptions;
  readonly #admin: Admin;
  #state: FleetState;
  #process: EnvoyProcess | undefined;
  #logs: JoinedLogs | undefined;
  #claims: readonly Claim[] = [];
  /** The same, for the other processes of this machine; kept while the Envoy is restarted. */
  readonly #machineClaims = new MachineClaims();
  /** Those of the claims that its Envoy was not seen to hold yet. */
  #unseen: readonly Claim[] = [];
  #observation: FleetObservation;

  private constructor(options: LocalGatewayOptions, state: FleetState | undefined) {
    this.#options = options;
    this.paths = fleetPaths(options.runDirectory, options.fleet);
    this.#admin = adminOf(this.paths.adminSocket);
    this.#state = state ?? {
      fleet: options.fleet,
      addresses: [],
      metricsPort: 0,
      process: undefined,
      launchHash: '',
    };
    this.#observation = {
      fleet: options.fleet,
      addresses: [],
      ports: {},
      grantsPorts: true,
      portOffset: options.settings.portOffset,
    };
  }

  /** Makes the fleet's directory, and goes on with the Envoy found there if it is the one we would start; any other is stopped first. */
  static async open(options: LocalGatewayOptions): Promise<LocalGateway> {
    const paths = fleetPaths(options.runDirectory, options.fleet);
    await mkdir(paths.directory, { recursive: true, mode: 0o700 });
    const gateway = new LocalGateway(options, await readState(paths.state));
    // The run directory is ours alone: a socket found there belongs to a dead process.
    await rm(paths.xdsSocket, { force: true });
    await options.openXds(paths.xdsSocket);
    await gateway.#adopt();
    return gateway;
  }

  async #adopt(): Promise<void> {
    const { process } = this.#state;
    if (process === undefined || !isAlive(process)) {
      await quitUnknown(this.#admin, this.#options.settings.stop);
      return;
    }
    const reason = await this.#unfit();
    if (reason !== undefined) {
      this.#options.logger.info('Envoy is replaced', { pid: process.pid, reason });
      await stopEnvoy(process, this.#admin, this.#options.settings.stop);
      return;
    }
    const { fleet, logger } = this.#options;
    logger.info('Envoy adopted', { pid: process.pid });
    for (const place of await boundAddresses(this.#admin)) {
      const { address, port, transport } = place;
      const answer = await this.#machineClaims.takeBack({ address, port, transport });
      if (answer === 'free') this.#claims = [...this.#claims, { fleet, address, port, transport }];
    }
    await this.#supervise();
  }

  /** Why the process found cannot be gone on with. */
  async #unfit(): Promise<string | undefined> {
    if (this.#hash(this.#state.metricsPort) !== this.#state.launchHash) return 'started differently';
    if (!(await answers(this.#admin))) return 'no answer';
    return (await isDraining(this.#admin)) ? 'it was told to end' : undefined;
  }

  /** What this fleet holds: granted and not yet given up. */
  get claims(): readonly Claim[] {
    return this.#claims;
  }

  get snapshot(): LocalFleet {
    const { paths } = this;
    return {
      observation: this.#observation,
      process: this.#process?.state ?? NOT_STARTED,
      adminSocket: paths.adminSocket,
      xdsSocket: paths.xdsSocket,
      metricsUrl:
        this.#process === undefined
          ? undefined
          : `http://127.0.0.1:${this.#state.metricsPort}/stats/prometheus`,
      logFile: paths.log,
      accessLogFile: paths.accessLog,
    };
  }

  /** Whether a port is refused that may become free, or granted and not held yet. */
  get waitsForPorts(): boolean {
    if (this.#unseen.length > 0) return true;
    const { ports, udpPorts = {} } = this.#observation;
    return [...Object.values(ports), ...Object.values(udpPorts)].some(({ bound }) => !bound);
  }

  /** Chooses addresses and asks for ports, beside what the other fleets hold, and starts the Envoy when there is an address. */
  async settle(desired: DesiredProxy, others: readonly Claim[]): Promise<void> {
    const { fleet, settings } = this.#options;
    const { portOffset } = settings;
    await this.#giveUpLost();
    const ports = desired.listeners.map(({ port, transport = 'tcp' }) => ({ port, transport }));
    const bound = ports
      .map(({ port, transport }) => ({ port: port + portOffset, transport }))
      .filter(({ port }) => port <= MAX_PORT);
    const choice = await chooseAddresses(
      {
        fleet,
        requested: desired.addresses,
        ports: bound,
        current: this.#state.addresses,
        serving: this.#process !== undefined,
        claims: others,
      },
      this.#machineClaims.guarding(probePort),
    );
    const { addresses } = choice;
    const observe = (of: Transport): ReturnType<typeof observePorts> => {
      const own = ports.filter(({ transport }) => transport === of).map(({ port }) => port);
      const claims = [...others, ...this.#claims];
      return observePorts(
        { fleet, addresses, transport: of, ports: own, portOffset, claims },
        this.#machineClaims.guarding((...asked) => this.#probe(...asked)),
        this.#machineClaims.guarding(() => Promise.resolve('free')),
      );
    };
    const observed = { tcp: await observe('tcp'), udp: await observe('udp') };
    const granted = ports
      .filter(({ port, transport }) => observed[transport][port]?.bound === true)
      .map(({ port, transport }) => ({ port: port + portOffset, transport }));
    const before = this.#claims.filter((claim) => !this.#unseen.includes(claim));
    this.#claims = addresses.flatMap((address) => granted.map((each) => ({ fleet, address, ...each })));
    await this.#machineClaims.keep(this.#claims);
    this.#unseen = this.#claims.filter((claim) => !before.some((seen) => isDeepStrictEqual(seen, claim)));
    this.#observe({
      fleet,
      addresses,
      ...(choice.routabilities && { routabilities: choice.routabilities }),
      ...(choice.refusal !== undefined && { addressRefusal: choice.refusal }),
      ...(choice.missing !== undefined && { missingAddresses: choice.missing }),
      ports: observed.tcp,
      ...(Object.keys(observed.udp).length > 0 && { udpPorts: observed.udp }),
      grantsPorts: true,
      portOffset,
    });
    if (!isDeepStrictEqual(this.#state.addresses, addresses)) await this.#remember({ addresses });
    if (addresses.length > 0) await this.#supervise();
  }

  /** A port that our own Envoy still holds, from a listener that went and came back, is no stranger's. */
  async #probe(address: string, port: number, transport: Transport): Promise<string> {
    const answer = await probePort(address, port, transport);
    if (answer !== 'EADDRINUSE' || this.#process?.state.state !== 'running') return answer;
    try {
      const own = await boundAddresses(this.#admin);
      const held = own.filter((bound) => bound.address === address && bound.port === port);
      return held.some((bound) => bound.transport === transport) ? 'free' : answer;
    } catch (thrown) {
      this.#options.logger.debug('ports not known', { reason: WindlassError.from(thrown).message });
      return answer;
    }
  }

  /** A granted port that somebody else took before the Envoy bound it is asked for like any other, and refused as long as it is theirs. */
  async #giveUpLost(): Promise<void> {
    if (this.#unseen.length === 0 || this.#process?.state.state !== 'running') return;
    try {
      const { held, lost } = await claimsInFact(this.#unseen, () => boundAddresses(this.#admin));
      this.#unseen = this.#unseen.filter((claim) => !held.includes(claim));
      this.#claims = this.#claims.filter((claim) => !lost.includes(claim));
    } catch (thrown) {
      // An Envoy that cannot be asked has its own supervision; what it holds is asked for again soon.
      this.#options.logger.debug('ports not known', { reason: WindlassError.from(thrown).message });
    }
  }

  #observe(observation: FleetObservation): void {
    if (!isDeepStrictEqual(observation, this.#observation)) this.#observation = observation;
  }

  async #supervise(): Promise<void> {
    if (this.#process !== undefined) return;
    const { settings, logger } = this.#options;
    this.#logs = await joinLogs(this.paths, settings, logger);
    this.#process = new EnvoyProcess({
      admin: this.#admin,
      logger,
      settings,
      adopted:
        this.#state.process !== undefined && isAlive(this.#state.process) ? this.#state.process : undefined,
      prepare: () => this.#prepare(),
      started: (process) => this.#remember({ process }),
      onChange: (state) => this.#changed(state),
    });
  }

  /** While no process of ours holds them, ports may go to somebody else: they are asked for again before the next start. */
  #changed(state: ProcessState['state']): void {
    if (state === 'restarting') this.#claims = this.#unseen = [];
    this.#options.onChange();
  }

  async #prepare(): Promise<Launch> {
    const { envoy, settings } = this.#options;
    // One that nobody noted may have come up only since: with its socket removed it could never be found again.
    await quitUnknown(this.#admin, settings.stop);
    const metricsPort = await freeLoopbackPort(this.#state.metricsPort);
    await Promise.all(
      [this.paths.adminSocket, this.paths.bootstrap].map((path) => rm(path, { force: true })),
    );
    await this.#remember({ metricsPort, process: undefined, launchHash: this.#hash(metricsPort) });
    await writePrivately(this.paths.bootstrap, this.#bootstrap(metricsPort));
    return launchOf(this.paths, envoy, settings);
  }

  #hash(metricsPort: number): string {
    const { envoy, settings } = this.#options;
    return launchHash(launchOf(this.paths, envoy, settings), envoy.version, this.#bootstrap(metricsPort));
  }

  #bootstrap(metricsPort: number): string {
    const { fleet } = this.#options;
    const { xdsSocket: path, adminSocket } = this.paths;
    return bootstrapText({
      fleet,
      nodeId: `local/${fleet}`,
      xds: { kind: 'socket', path },
      adminSocket,
      metricsAddress: '127.0.0.1',
      metricsPort,
    });
  }

  async #remember(change: Partial<FleetState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    await writeState(this.paths.state, this.#state);
  }

  /** Drains and ends the Envoy, and removes the fleet's directory. */
  async remove(): Promise<void> {
    this.#logs?.expectEnd();
    await this.#process?.stop();
    await this.#logs?.stop();
    this.#claims = [];
    await this.#machineClaims.keep([]);
    await rm(this.paths.directory, { recursive: true, force: true });
  }

  /** Ends the supervision; the Envoy serves on. */
  async leave(): Promise<void> {
    await this.#process?.leave();
    await this.#machineClaims.keep([]);
    await this.#logs?.stop();
  }
}
