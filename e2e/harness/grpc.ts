import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import type { KeyPair } from './authority.js';

const text = {
  serialize: (value: string) => Buffer.from(value),
  deserialize: (bytes: Buffer) => bytes.toString(),
};

/** What a backend received of a call, as it answers it. */
export interface CallEcho {
  readonly backend: string;
  readonly path: string;
  readonly host: string;
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface GrpcBackend {
  readonly name: string;
  readonly port: number;
  readonly received: readonly CallEcho[];
  close(): void;
}

/**
 * A real gRPC server on loopback. It knows the given unary methods, `/<service>/<method>`, answers each with a {@link CallEcho} as JSON, its own
 * name as `x-backend` in the response metadata and `x-answer: plain`; and `/shop.Cart/Talk`, which answers every message with it at once.
 * @param pair speaks TLS with it
 */
export async function startGrpcBackend(
  name: string,
  methods: readonly string[],
  pair?: KeyPair,
): Promise<GrpcBackend> {
  const received: CallEcho[] = [];
  const server = new Server();
  const answer = (call: ServerUnaryCall<string, string>, reply: sendUnaryData<string>): void => {
    const metadata = call.metadata.getMap();
    const echo = {
      backend: name,
      path: call.getPath(),
      host: call.getHost(),
      metadata,
      message: call.request,
    };
    received.push(echo);
    const initial = new Metadata();
    initial.set('x-backend', name);
    initial.set('x-answer', 'plain');
    call.sendMetadata(initial);
    reply(null, JSON.stringify(echo));
  };
  for (const method of methods) server.register(method, answer, text.serialize, text.deserialize, 'unary');
  server.register(
    '/shop.Cart/Talk',
    (call: ServerDuplexStream<string, string>) => {
      call.on('data', (message: string) => call.write(`${name}: ${message}`));
      call.on('end', () => call.end());
    },
    text.serialize,
    text.deserialize,
    'bidi',
  );
  const secured =
    pair === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(pair.certificate), private_key: Buffer.from(pair.key) },
        ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', secured, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { name, port, received, close: () => server.forceShutdown() };
}

export interface Call {
  readonly address: string;
  readonly port: number;
  /** Authority: host with an optional port. */
  readonly host: string;
  /** `/<service>/<method>` */
  readonly path: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Not empty: grpc-js takes an empty text for no message. */
  readonly message?: string;
  /** Speaks TLS with the host as server name, and trusts this CA (PEM). */
  readonly ca?: string;
}

export interface CallAnswer {
  /** Name of the status: `OK`, `UNIMPLEMENTED`. */
  readonly status: string;
  readonly details: string;
  readonly echo: CallEcho | undefined;
  /** Of the response. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A channel of its own, with a real gRPC client on it. */
export function grpcClient({ address, port, host, ca }: Omit<Call, 'path' | 'metadata' | 'message'>): Client {
  const secured = ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca));
  return new Client(`${address}:${port}`, secured, {
    'grpc.default_authority': host,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    ...(ca !== undefined && { 'grpc.ssl_target_name_override': host }),
  });
}

/** One unary call on the client, over within 10 s. */
export function callOn(
  client: Client,
  { path, metadata = {}, message = 'hello' }: Pick<Call, 'path' | 'metadata' | 'message'>,
): Promise<CallAnswer> {
  const sent = new Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  return new Promise((resolve) => {
    let initial: Metadata | undefined;
    const deadline = Date.now() + 10_000;
    const done = (error: ServiceError | null, reply?: string): void =>
      resolve({
        status: error === null ? 'OK' : status[error.code],
        details: error?.details ?? '',
        echo: reply === undefined ? undefined : (JSON.parse(reply) as CallEcho),
        metadata: { ...initial?.getMap(), ...error?.metadata.getMap() },
      });
    client
      .makeUnaryRequest(path, text.serialize, text.deserialize, message, sent, { deadline }, done)
      .on('metadata', (got: Metadata) => (initial = got));
  });
}

/** One unary call over a connection of its own. */
export async function call(what: Call): Promise<CallAnswer> {
  const client = grpcClient(what);
  try {
    return await callOn(client, what);
  } finally {
    client.close();
  }
}

/** What comes back for each message, sent one by one on a stream that stays open in between. */
export async function talk(what: Call, messages: readonly string[]): Promise<readonly string[]> {
  const client = grpcClient(what);
  const options = { deadline: Date.now() + 10_000 };
  const stream = client.makeBidiStreamRequest(
    what.path,
    text.serialize,
    text.deserialize,
    new Metadata(),
    options,
  );
  try {
    const answers: string[] = [];
    for (const message of messages) {
      const answer = new Promise<string>((resolve, reject) => {
        stream.once('error', reject).once('data', resolve);
      });
      stream.write(message);
      answers.push(await answer);
    }
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.end();
    await ended;
    return answers;
  } finally {
    client.close();
  }
}
