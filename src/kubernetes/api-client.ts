import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { ApiError } from './api-error.js';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly accept?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `application/json`. Of a PATCH it says what kind of patch it is. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Of silence on the connection. Milliseconds, default 30 s. */
  readonly timeoutMs?: number;
}

/** What is needed of a KubeConfig. */
export interface Credentials {
  getCurrentCluster(): { readonly server: string } | null;
  /** CA, client certificate and authorization, into the options. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

export interface ApiClient {
  /** The JSON of a success. @throws ApiError */
  call(request: ApiRequest): Promise<unknown>;
  /** The body of a success as it arrives; it ends when the server ends it, and throws when the connection breaks. @throws ApiError */
  stream(request: ApiRequest): Promise<AsyncIterable<Buffer>>;
  /** Ends idle connections. */
  close(): void;
}

const JSON_TYPE = 'application/json';
const SILENCE_MS = 30_000;

/**
 * Speaks to the API server that the configuration names, with its CA and credentials, which are read anew for every request: tokens expire. The
 * client library's own calls are not used: they have no paging, and their watches end silently.
 */
export function createApiClient(config: Credentials): ApiClient {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new ApiError('the kubeconfig names no cluster', { status: 0 });
  const base = new URL(server);
  const isSecure = base.protocol === 'https:';
  const prefix = base.pathname.replace(/\/$/, '');
  const agents = new Map<string, Agent>();

  /** One agent for one set of credentials: a client certificate belongs to its connection. */
  const agentFor = (options: RequestOptions): Agent => {
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const id = JSON.stringify([ca, cert, key, rejectUnauthorized, servername]);
    const known = agents.get(id);
    if (known !== undefined) return known;
    for (const old of agents.values()) old.destroy();
    agents.clear();
    const agent = new Agent({ ca, cert, key, rejectUnauthorized, servername, keepAlive: true });
    agents.set(id, agent);
    return agent;
  };

  const open = async (request: ApiRequest): Promise<IncomingMessage> => {
    const options: RequestOptions = { headers: {} };
    if (isSecure) {
      await config.applyToHTTPSOptions(options);
      options.agent = agentFor(options);
    }
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const message = (isSecure ? httpsRequest : httpRequest)({
      ...options,
      host: base.hostname,
      port: base.port,
      method: request.method ?? 'GET',
      path: prefix + request.path,
      headers: {
        ...headersOf(options),
        accept: request.accept ?? JSON_TYPE,
        ...(body !== undefined && {
          'content-type': request.contentType ?? JSON_TYPE,
          // Node sends no length for the body of a DELETE, and what follows on the connection would be no request.
          'content-length': Buffer.byteLength(body),
        }),
      },
      ...(request.signal && { signal: request.signal }),
      timeout: request.timeoutMs ?? SILENCE_MS,
    });
    return await new Promise((resolve, reject) => {
      message.on('timeout', () => message.destroy(new Error('the API server is silent')));
      message.on('error', (cause: Error) => {
        reject(
          new ApiError(
            `the API server ${base.host} cannot be reached: ${cause.message}`,
            { status: 0 },
            { cause },
          ),
        );
      });
      message.on('response', resolve);
      message.end(body);
    });
  };

  const success = async (request: ApiRequest): Promise<IncomingMessage> => {
    const response = await open(request);
    const { statusCode: status = 0 } = response;
    if (status >= 200 && status < 300) return response;
    throw refusal(request, status, response.headers['retry-after'], await text(response));
  };

  return {
    call: async (request) => {
      const response = await success(request);
      try {
        const body: unknown = JSON.parse(await text(response));
        return body;
      } catch (cause) {
        throw new ApiError(`${request.path}: the answer is cut off or no JSON`, { status: 0 }, { cause });
      }
    },
    stream: success,
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** What the server's Status says. */
function refusal(
  { method = 'GET', path }: ApiRequest,
  status: number,
  retryAfter: string | undefined,
  body: string,
): ApiError {
  const seconds = Number(retryAfter);
  const retryAfterMs = retryAfter === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000;
  const { message, reason } = statusOf(body);
  return new ApiError(`${method} ${path}: ${status} ${message ?? body.slice(0, 200)}`, {
    status,
    reason: reason ?? '',
    retryAfterMs,
  });
}

function statusOf(body: string): { readonly message?: string; readonly reason?: string } {
  try {
    return JSON.parse(body) as { message?: string; reason?: string };
  } catch {
    return {};
  }
}

/** Those that the configuration sets: the authorization. */
function headersOf({ headers }: RequestOptions): OutgoingHttpHeaders {
  return headers === undefined || Array.isArray(headers) ? {} : { ...(headers as OutgoingHttpHeaders) };
}
