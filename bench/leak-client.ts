// The scripted Envoys of `leak.ts`: one delta client for each socket it is told of. They subscribe as Envoy does, to tables, endpoints and secrets
// when something names them and no longer when nothing does; refuse what is poisoned; and reconnect now and then with what they have.
import {
  type ClientDuplexStream,
  credentials,
  makeClientConstructor,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { ADS, decode, type MessageTypes } from '../src/proto/index.js';
import { TYPE_URLS, type ResourceType } from '../src/xds/index.js';

type DeltaRequest = MessageTypes['envoy.service.discovery.v3.DeltaDiscoveryRequest'];
type DeltaResponse = MessageTypes['envoy.service.discovery.v3.DeltaDiscoveryResponse'];
type Stream = ClientDuplexStream<DeltaRequest, Uint8Array>;

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const TLS = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';
/** Whatever holds this text is refused. */
const POISON = 'poison';
/** Responses after which the connection breaks. */
const LIFE = 400;

const Client: ServiceClientConstructor = makeClientConstructor(ADS, 'ads');
const TYPES: ReadonlyMap<string, ResourceType> = new Map(
  (Object.keys(TYPE_URLS) as ResourceType[]).map((type) => [TYPE_URLS[type], type]),
);

interface Held {
  readonly version: string;
  readonly names: readonly (readonly [ResourceType, string])[];
}

class ScriptedEnvoy {
  readonly #socket: string;
  readonly #held: Readonly<Record<ResourceType, Map<string, Held>>> = {
    cluster: new Map(),
    endpoints: new Map(),
    listener: new Map(),
    routes: new Map(),
    secret: new Map(),
  };
  #subscribed: Readonly<Partial<Record<ResourceType, ReadonlySet<string>>>> = {};
  #client: InstanceType<ServiceClientConstructor> | undefined;
  #stream: Stream | undefined;
  #responses = 0;
  #ended = false;

  constructor(socket: string) {
    this.#socket = socket;
    this.#connect();
  }

  end(): void {
    this.#ended = true;
    this.#disconnect();
  }

  #connect(): void {
    this.#responses = 0;
    this.#subscribed = {};
    this.#client = new Client(`unix:${this.#socket}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
    });
    const { DeltaAggregatedResources: method } = ADS;
    const stream: Stream = this.#client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
    );
    this.#stream = stream;
    stream.on('data', (bytes: Uint8Array) => {
      if (stream === this.#stream)
        this.#receive(decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes));
    });
    // Its own end, or the server's: the latter is followed by another connection, as Envoy does.
    stream.on('error', () => stream === this.#stream && this.#reconnect());
    stream.on('end', () => stream === this.#stream && this.#reconnect());
    for (const type of ['cluster', 'listener'] as const)
      this.#request(type, { resourceNamesSubscribe: ['*'] });
    this.#follow();
  }

  #disconnect(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    this.#client?.close();
  }

  #reconnect(): void {
    this.#disconnect();
    if (!this.#ended) setTimeout(() => !this.#ended && this.#connect(), 5);
  }

  #receive({ typeUrl = '', nonce = '', resources = [], removedResources = [] }: DeltaResponse): void {
    const type = TYPES.get(typeUrl);
    if (type === undefined) throw new Error(`unknown type ${typeUrl}`);
    const held = this.#held[type];
    let refused = '';
    for (const { name = '', version = '', resource } of resources) {
      const value = resource?.value ?? new Uint8Array();
      if (Buffer.from(value).includes(POISON)) refused = name;
      else held.set(name, { version, names: namesIn(type, name, value) });
    }
    for (const name of removedResources) held.delete(name);
    const error = refused === '' ? {} : { errorDetail: { code: 3, message: `${refused} is poisoned` } };
    this.#stream?.write({ typeUrl, responseNonce: nonce, ...error });
    this.#follow();
    this.#responses += 1;
    if (this.#responses > LIFE) this.#reconnect();
  }

  /** What is named now is subscribed to, what is named no more is not. */
  #follow(): void {
    const named = [...this.#held.cluster.values(), ...this.#held.listener.values()].flatMap(
      ({ names }) => names,
    );
    for (const type of ['endpoints', 'routes', 'secret'] as const) {
      const before = this.#subscribed[type];
      const names = new Set(named.filter(([of]) => of === type).map(([, name]) => name));
      const come = [...names].filter((name) => before?.has(name) !== true);
      const gone = [...(before ?? [])].filter((name) => !names.has(name));
      if (come.length + gone.length === 0) continue;
      for (const name of gone) this.#held[type].delete(name);
      this.#subscribed = { ...this.#subscribed, [type]: names };
      this.#request(
        type,
        { resourceNamesSubscribe: come, resourceNamesUnsubscribe: gone },
        before === undefined,
      );
    }
  }

  #request(type: ResourceType, names: DeltaRequest, first = true): void {
    const known = first ? [...this.#held[type]].map(([name, { version }]) => [name, version] as const) : [];
    this.#stream?.write({
      node: { id: 'scripted' },
      typeUrl: TYPE_URLS[type],
      ...names,
      initialResourceVersions: Object.fromEntries(known),
    });
  }
}

/** The resources that Envoy asks for because of this one. */
function namesIn(type: ResourceType, name: string, value: Uint8Array): Held['names'] {
  if (type === 'cluster') {
    const { edsClusterConfig } = decode('envoy.config.cluster.v3.Cluster', value);
    if (edsClusterConfig === undefined) return [];
    const { serviceName = '' } = edsClusterConfig;
    return [['endpoints', serviceName === '' ? name : serviceName]];
  }
  if (type !== 'listener') return [];
  const { filterChains = [] } = decode('envoy.config.listener.v3.Listener', value);
  return filterChains.flatMap(({ filters = [], transportSocket }): Held['names'] => {
    const tables = filters.flatMap(({ typedConfig }) => {
      if (typedConfig?.typeUrl?.endsWith(HCM) !== true) return [];
      const table = decode(HCM, typedConfig.value ?? new Uint8Array()).rds?.routeConfigName;
      return table === undefined ? [] : [['routes', table] as const];
    });
    const tls = transportSocket?.typedConfig;
    if (tls?.typeUrl?.endsWith(TLS) !== true) return tables;
    const { commonTlsContext } = decode(TLS, tls.value ?? new Uint8Array());
    const secrets = (commonTlsContext?.tlsCertificateSdsSecretConfigs ?? []).flatMap(({ name: secret }) =>
      secret === undefined ? [] : [['secret', secret] as const],
    );
    return [...tables, ...secrets];
  });
}

const envoys = new Map<string, ScriptedEnvoy>();
process.on('message', ({ step, socket }: { readonly step: 'connect' | 'leave'; readonly socket: string }) => {
  envoys.get(socket)?.end();
  envoys.delete(socket);
  if (step === 'connect') envoys.set(socket, new ScriptedEnvoy(socket));
});
process.on('disconnect', () => process.exit(0));
