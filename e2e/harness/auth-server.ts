import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { decode, encode, type envoy } from '../../src/proto/index.js';

type CheckResponse = envoy.service.auth.v3.CheckResponse;

/** What an auth server was asked about. */
export interface Question {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Verdict {
  /** 200 lets the request pass. */
  readonly status: 200 | 302 | 401 | 403 | 500;
  /** Of a request that passes: set on it; of any other: of its answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the answer to a request that does not pass. */
  readonly body?: string;
}

/** Undefined: it never answers. */
export type Decide = (question: Question) => Verdict | undefined;

export interface AuthServer {
  readonly name: string;
  readonly port: number;
  /** Every question, in order. */
  readonly asked: readonly Question[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback that is asked by a request of its own, as GEP-1494 says. */
export async function startHttpAuth(name: string, decide: Decide): Promise<AuthServer> {
  const asked: Question[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const headers: Record<string, string> = {};
      for (const [key, value] of Object.entries(request.headers)) headers[key] = String(value);
      const question = {
        method: request.method ?? '',
        path: request.url ?? '',
        host: headers['host'] ?? '',
        headers,
        body,
      };
      asked.push(question);
      const verdict = decide(question);
      if (verdict === undefined) return;
      // HTTP/1.1 has no pseudo-headers.
      const sent = Object.entries(verdict.headers ?? {}).filter(([key]) => !key.startsWith(':'));
      response.writeHead(verdict.status, Object.fromEntries(sent));
      response.end(verdict.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    asked,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const CHECK = '/envoy.service.auth.v3.Authorization/Check';

/** A real gRPC server on loopback that speaks Envoy's protocol of external authorization. */
export async function startGrpcAuth(name: string, decide: Decide): Promise<AuthServer> {
  const asked: Question[] = [];
  const server = new Server();
  server.register(
    CHECK,
    (call: ServerUnaryCall<Question, CheckResponse>, reply: sendUnaryData<CheckResponse>) => {
      asked.push(call.request);
      const verdict = decide(call.request);
      if (verdict !== undefined) reply(null, responseOf(verdict));
    },
    (response: CheckResponse) => Buffer.from(encode('envoy.service.auth.v3.CheckResponse', response)),
    questionOf,
    'unary',
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const close = (): Promise<void> => {
    server.forceShutdown();
    return Promise.resolve();
  };
  return { name, port, asked, close };
}

function questionOf(bytes: Buffer): Question {
  const request = decode('envoy.service.auth.v3.CheckRequest', bytes);
  const http = request.attributes?.request?.http;
  return {
    method: http?.method ?? '',
    path: http?.path ?? '',
    host: http?.host ?? '',
    headers: { ...http?.headers },
    body: Buffer.from(http?.rawBody ?? new Uint8Array()).toString(),
  };
}

const [OK, PERMISSION_DENIED] = [0, 7];

function responseOf({ status, headers = {}, body = '' }: Verdict): CheckResponse {
  const options = Object.entries(headers).map(([key, value]) => ({ header: { key, value } }));
  return status === 200
    ? { status: { code: OK }, okResponse: { headers: options } }
    : {
        status: { code: PERMISSION_DENIED },
        deniedResponse: { status: { code: status }, headers: options, body },
      };
}
