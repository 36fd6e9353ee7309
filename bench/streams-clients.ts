// The scripted clients of `streams.ts`: delta streams with a connection each, which subscribe as Envoy does, acknowledge everything and keep
// only versions. Told what to do by its parent; ends when told, or with it.
import {
  type ClientDuplexStream,
  credentials,
  makeClientConstructor,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { ADS, decode, type MessageTypes } from '../src/proto/index.js';
import { TYPE_URLS } from '../src/xds/index.js';

type DeltaRequest = MessageTypes['envoy.service.discovery.v3.DeltaDiscoveryRequest'];
type Stream = ClientDuplexStream<DeltaRequest, Uint8Array>;

const [, , socket = '', count = '1'] = process.argv;
const Client: ServiceClientConstructor = makeClientConstructor(ADS, 'ads');

/** Subscribed at once; tables and endpoints follow when the resources that name them come. */
const WILDCARD = [TYPE_URLS.cluster, TYPE_URLS.listener];
const FOLLOWS: Readonly<Record<string, string>> = {
  [TYPE_URLS.cluster]: TYPE_URLS.endpoints,
  [TYPE_URLS.listener]: TYPE_URLS.routes,
};

class ScriptedClient {
  /** Type URL → name → version. */
  readonly #known = new Map<string, Map<string, string>>();
  #client: InstanceType<ServiceClientConstructor> | undefined;
  #stream: Stream | undefined;
  readonly #onTable: () => void;

  constructor(onTable: () => void) {
    this.#onTable = onTable;
  }

  connect(): void {
    // A connection of its own, as another Envoy would have.
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
    });
    const { DeltaAggregatedResources: method } = ADS;
    this.#stream = this.#client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
    );
    this.#stream.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    const stream = this.#stream;
    // A thousand at once overrun the queue of the listening socket: those refused come again, as Envoy does.
    stream.on('error', () => {
      if (stream !== this.#stream) return;
      this.disconnect();
      setTimeout(() => this.connect(), 50 + Math.random() * 200);
    });
    for (const typeUrl of [...WILDCARD, ...Object.values(FOLLOWS)]) {
      const known = this.#known.get(typeUrl);
      const names = WILDCARD.includes(typeUrl as (typeof WILDCARD)[number]) ? [] : [...(known?.keys() ?? [])];
      if (names.length === 0 && FOLLOWS[typeUrl] === undefined) continue;
      this.#stream.write({
        node: { id: 'scripted' },
        typeUrl,
        resourceNamesSubscribe: names,
        initialResourceVersions: Object.fromEntries(known ?? []),
      });
    }
  }

  disconnect(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    this.#client?.close();
  }

  #receive(bytes: Uint8Array): void {
    const {
      typeUrl = '',
      nonce,
      resources = [],
      removedResources = [],
    } = decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes);
    const known = this.#known.get(typeUrl) ?? new Map<string, string>();
    this.#known.set(typeUrl, known);
    for (const { name = '', version = '' } of resources) known.set(name, version);
    for (const name of removedResources) known.delete(name);
    this.#stream?.write({ typeUrl, responseNonce: nonce });
    const follows = FOLLOWS[typeUrl];
    if (follows !== undefined && this.#known.get(follows) === undefined && resources.length > 0) {
      const names = resources.map(({ name = '' }) => name);
      this.#stream?.write({ typeUrl: follows, resourceNamesSubscribe: names });
    }
    if (typeUrl === TYPE_URLS.routes) this.#onTable();
  }
}

let waiting = 0;
const arrived = (): void => {
  waiting -= 1;
  if (waiting === 0) process.send?.('done');
};
const clients = Array.from({ length: Number(count) }, () => new ScriptedClient(arrived));

process.on('message', ({ step }: { readonly step: 'connect' | 'expect' | 'reconnect' | 'end' }) => {
  if (step === 'end') process.exit(0);
  waiting = clients.length;
  if (step === 'reconnect') {
    for (const client of clients) client.disconnect();
    // Nothing differs, so nothing is sent: the server tells when all are current.
    waiting = 0;
    for (const client of clients) client.connect();
    process.send?.('done');
  }
  if (step === 'connect') for (const client of clients) client.connect();
});
process.on('disconnect', () => process.exit(1));
