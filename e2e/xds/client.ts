// A scripted ADS client: it knows the protocol only from the .proto files, through a decoder that the product does not use.
import { fileURLToPath } from 'node:url';
import {
  credentials,
  loadPackageDefinition,
  Metadata,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const TYPE = 'type.googleapis.com/';
export const CDS = `${TYPE}envoy.config.cluster.v3.Cluster`;
export const EDS = `${TYPE}envoy.config.endpoint.v3.ClusterLoadAssignment`;
export const LDS = `${TYPE}envoy.config.listener.v3.Listener`;
export const RDS = `${TYPE}envoy.config.route.v3.RouteConfiguration`;
export const SDS = `${TYPE}envoy.extensions.transport_sockets.tls.v3.Secret`;

interface AnyMessage {
  readonly type_url: string;
  readonly value: Buffer;
}

export interface DeltaResponse {
  readonly type_url: string;
  readonly nonce: string;
  readonly resources: readonly {
    readonly name: string;
    readonly version: string;
    readonly resource: AnyMessage;
  }[];
  readonly removed_resources: readonly string[];
}

export interface SotwResponse {
  readonly type_url: string;
  readonly nonce: string;
  readonly version_info: string;
  readonly resources: readonly AnyMessage[];
}

const proto = fileURLToPath(new URL('../../proto', import.meta.url));
const definition = loadSync(
  [
    'envoy/service/discovery/v3/ads.proto',
    'envoy/config/cluster/v3/cluster.proto',
    'envoy/config/endpoint/v3/endpoint.proto',
    'envoy/config/listener/v3/listener.proto',
    'envoy/config/route/v3/route.proto',
    'envoy/extensions/transport_sockets/tls/v3/secret.proto',
  ],
  { includeDirs: [proto], keepCase: true, longs: Number, defaults: true, arrays: true },
);

/** The decoded message inside an Any, and its name: `cluster_name` of endpoints, `name` of all others. */
export function nameIn({ type_url, value }: AnyMessage): string {
  const type = definition[type_url.slice(TYPE.length)] as unknown as MessageCodec | undefined;
  if (type === undefined) throw new Error(`no such type: ${type_url}`);
  const message = type.deserialize(value);
  return message.cluster_name ?? message.name ?? '';
}

/** What the virtual hosts of a RouteConfiguration do, by domain: `cluster` for each route, or its status. */
export function hostsIn({ type_url, value }: AnyMessage): Readonly<Record<string, string>> {
  const type = definition[type_url.slice(TYPE.length)] as unknown as MessageCodec | undefined;
  const hosts = type?.deserialize(value).virtual_hosts ?? [];
  const actionOf = ({ name, route, direct_response }: Route): string =>
    (name === '' ? '' : `${name}:`) +
    (direct_response ? String(direct_response.status) : (route?.cluster ?? ''));
  return Object.fromEntries(hosts.map(({ name, routes }) => [name, routes.map(actionOf).join()]));
}

interface Route {
  readonly name: string;
  readonly route: { readonly cluster: string } | null;
  readonly direct_response: { readonly status: number } | null;
}

interface MessageCodec {
  deserialize: (bytes: Buffer) => {
    readonly name?: string;
    readonly cluster_name?: string;
    readonly virtual_hosts?: readonly { readonly name: string; readonly routes: readonly Route[] }[];
  };
}

const DEADLINE_MS = 5_000;

/** One stream and what came on it. */
export class AdsClient<Response extends { readonly type_url: string; readonly nonce: string }> {
  readonly received: Response[] = [];
  ended: { readonly code: number; readonly details: string } | undefined;
  readonly #stream: ClientDuplexStream<object, Response>;
  readonly #close: () => void;
  #wake: (() => void)[] = [];
  #barriers = 0;

  constructor(target: Target, method: 'StreamAggregatedResources' | 'DeltaAggregatedResources') {
    const root = loadPackageDefinition(definition) as unknown as Services;
    const Client = root.envoy.service.discovery.v3.AggregatedDiscoveryService;
    const client = new Client(target.address, target.credentials ?? credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
    const metadata = new Metadata();
    if (target.token !== undefined) metadata.set('authorization', `Bearer ${target.token}`);
    const open = client[method] as unknown as (m: Metadata) => ClientDuplexStream<object, Response>;
    this.#stream = open.call(client, metadata);
    this.#close = () => client.close();
    this.#stream.on('data', (response: Response) => {
      this.received.push(response);
      this.#notify();
    });
    this.#stream.on('status', (ended: { code: number; details: string }) => {
      this.ended = ended;
      this.#notify();
    });
    this.#stream.on('error', () => undefined);
  }

  send(request: object): void {
    this.#stream.write(request);
  }

  /** Reads nothing any more, until {@link resume}: what is under way fills the socket. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Takes the next response, whatever it is of. */
  async nextOfAny(): Promise<Response> {
    await this.#until(() => this.received.length > 0, 'a response');
    const response = this.received.shift();
    if (response === undefined) throw new Error('no response');
    return response;
  }

  /** Takes the next response, which must be of `type`. */
  async next(type: string): Promise<Response> {
    await this.#until(() => this.received.length > 0, `a response of ${type}`);
    const response = this.received.shift();
    if (response?.type_url !== type) throw new Error(`expected ${type}, got ${JSON.stringify(response)}`);
    return response;
  }

  async untilEnded(): Promise<{ readonly code: number; readonly details: string }> {
    await this.#until(() => this.ended !== undefined, 'the end of the stream');
    return this.ended ?? { code: -1, details: '' };
  }

  /** Everything that came before the answer to one more request, without that answer: proof of silence without a sleep. */
  async settled(
    barrier: (name: string) => object,
    isAnswer: (r: Response, name: string) => boolean,
  ): Promise<Response[]> {
    this.#barriers += 1;
    const name = `barrier-${this.#barriers}`;
    this.send(barrier(name));
    await this.#until(() => this.received.some((r) => isAnswer(r, name)), `the answer to ${name}`);
    return this.received.splice(0).filter((r) => !isAnswer(r, name));
  }

  close(): void {
    this.#stream.cancel();
    this.#close();
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!done()) {
      const left = deadline - Date.now();
      if (left <= 0 || (this.ended !== undefined && this.received.length === 0)) {
        throw new Error(
          `no ${what}; stream: ${JSON.stringify(this.ended)}, waiting: ${JSON.stringify(this.received)}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export interface Target {
  readonly address: string;
  readonly credentials?: ChannelCredentials;
  readonly token?: string;
}

interface Services {
  readonly envoy: {
    readonly service: {
      readonly discovery: { readonly v3: { readonly AggregatedDiscoveryService: ServiceClientConstructor } };
    };
  };
}

/** Delta: requests by what they mean. */
export class DeltaClient extends AdsClient<DeltaResponse> {
  constructor(target: Target) {
    super(target, 'DeltaAggregatedResources');
  }

  subscribe(type: string, names: readonly string[] = [], known: Readonly<Record<string, string>> = {}): void {
    this.send({ type_url: type, resource_names_subscribe: names, initial_resource_versions: known });
  }

  unsubscribe(type: string, names: readonly string[]): void {
    this.send({ type_url: type, resource_names_unsubscribe: names });
  }

  ack(response: DeltaResponse): void {
    this.send({ type_url: response.type_url, response_nonce: response.nonce });
  }

  nack(response: DeltaResponse, message: string): void {
    this.send({
      type_url: response.type_url,
      response_nonce: response.nonce,
      error_detail: { code: 3, message },
    });
  }

  /** Takes the next response, acknowledges it, and says what was in it. */
  async take(
    type: string,
  ): Promise<{ readonly names: readonly string[]; readonly removed: readonly string[] }> {
    const response = await this.next(type);
    this.ack(response);
    return { names: response.resources.map(({ name }) => name), removed: response.removed_resources };
  }

  /** What the server sent that nobody took. A secret that does not exist is answered at once, after everything else. */
  async silence(): Promise<readonly DeltaResponse[]> {
    let answer: DeltaResponse | undefined;
    const silence = await this.settled(
      (name) => ({ type_url: SDS, resource_names_subscribe: [name] }),
      (response, name) => {
        if (!response.removed_resources.includes(name)) return false;
        answer = response;
        return true;
      },
    );
    if (answer !== undefined) this.ack(answer);
    return silence;
  }
}

/** State of the world: requests by what they mean. */
export class SotwClient extends AdsClient<SotwResponse> {
  #nonces = new Map<string, string>();

  constructor(target: Target) {
    super(target, 'StreamAggregatedResources');
  }

  request(type: string, names: readonly string[] = [], nonce = ''): void {
    this.send({ type_url: type, resource_names: names, response_nonce: nonce });
  }

  ack(response: SotwResponse, names: readonly string[] = []): void {
    const { type_url, version_info, nonce } = response;
    this.send({ type_url, version_info, response_nonce: nonce, resource_names: names });
  }

  nack(response: SotwResponse, message: string, version: string, names: readonly string[] = []): void {
    const { type_url, nonce } = response;
    const error_detail = { code: 3, message };
    this.send({
      type_url,
      version_info: version,
      response_nonce: nonce,
      resource_names: names,
      error_detail,
    });
  }

  /** Takes the next response, acknowledges it with `names`, and says whose resources were in it. */
  async take(type: string, names: readonly string[] = []): Promise<readonly string[]> {
    const response = await this.next(type);
    this.ack(response, names);
    return response.resources.map(nameIn).sort();
  }

  /** What the server sent that nobody took. A changed list of listeners is answered at once. */
  async silence(): Promise<readonly SotwResponse[]> {
    return await this.settled(
      (name) => ({ type_url: LDS, resource_names: ['*', name], response_nonce: this.#nonces.get(LDS) ?? '' }),
      (response) => {
        if (response.type_url !== LDS) return false;
        this.#nonces.set(LDS, response.nonce);
        return true;
      },
    );
  }
}
