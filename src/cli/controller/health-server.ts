import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WindlassError } from '../../errors/index.js';

export interface HealthServerOptions {
  /** '': every address. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly isReady: () => boolean;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/healthz` and `/readyz` for the kubelet's probes, on a port of their own: what is behind the debug endpoint is not for everybody. @throws WindlassError PORT_UNAVAILABLE */
export async function startHealthServer({
  address,
  port,
  isReady,
}: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(({ url = '/', method }, response) => {
    const [status, text] = answer(url.replace(/\?.*/, ''), method, isReady);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : `${text}\n`);
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

function answer(path: string, method: string | undefined, isReady: () => boolean): readonly [number, string] {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'only GET and HEAD'];
  if (path === '/healthz') return [200, 'ok'];
  if (path !== '/readyz') return [404, 'there are /healthz and /readyz'];
  return isReady()
    ? [200, 'ok']
    : [503, 'the first complete store has not been translated yet, or the process ends'];
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
