import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WindlassError } from '../../errors/index.js';
import { METRICS_CONTENT_TYPE } from '../../telemetry/index.js';

export interface HealthServerOptions {
  /** '': every address. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly isReady: () => boolean;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/healthz` and `/readyz` for the kubelet's probes and `/metrics` for Prometheus, on a port of their own: what is behind the debug endpoint is not for everybody.
 * @throws WindlassError PORT_UNAVAILABLE
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { address, port } = options;
  const server = createServer(({ url = '/', method }, response) => {
    void answer(url.replace(/\?.*/, ''), method, options).then(([status, body, type = TEXT]) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(method === 'HEAD' ? undefined : body);
    });
  });
  // A probe asks at once or not at all.
  server.requestTimeout = 5_000;
  const bound = await listen(server, address, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const TEXT = 'text/plain; charset=utf-8';

type Answer = readonly [status: number, body: string, type?: string];

async function answer(
  path: string,
  method: string | undefined,
  { isReady, metrics }: HealthServerOptions,
): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'only GET and HEAD\n'];
  switch (path) {
    case '/healthz':
      return [200, 'ok\n'];
    case '/readyz':
      return isReady()
        ? [200, 'ok\n']
        : [503, 'the first complete store has not been translated yet, or the process ends\n'];
    case '/metrics':
      return [200, await metrics(), METRICS_CONTENT_TYPE];
    default:
      return [404, 'there are /healthz, /readyz and /metrics\n'];
  }
}

async function listen(server: Server, address: string, port: number): Promise<number> {
  try {
    return await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, exclusive: true, ...(address !== '' && { host: address }) }, () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  } catch (cause) {
    const { message } = WindlassError.from(cause);
    const what = `probes cannot be answered: ${message}; give another --health-address or --health-port`;
    throw new WindlassError('PORT_UNAVAILABLE', what, { cause });
  }
}
