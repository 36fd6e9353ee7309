import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { createApiClient, type ApiClient } from '../api-client.js';

/** What is said to one request; each request takes the next step. */
export type Step = (response: ServerResponse, query: URLSearchParams) => void;

export interface ScriptedServer {
  readonly client: ApiClient;
  /** Queries of the requests, in their order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** A server that answers as it is told, request by request; afterwards it holds every request open. */
export async function scriptedServer(...steps: readonly Step[]): Promise<ScriptedServer> {
  const left = [...steps];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://any');
    searchParams.delete('timeoutSeconds');
    asked.push(searchParams.toString());
    left.shift()?.(response, searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: false },
    { name: 'test' },
  );
  return {
    client: createApiClient(config),
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const thing = (
  name: string,
  resourceVersion: string,
  uid = name,
): { readonly metadata: Readonly<Record<string, unknown>> } => ({
  metadata: { name, namespace: 'ns', uid, resourceVersion, managedFields: [{ manager: 'x' }] },
});

export function list(resourceVersion: string, items: readonly object[], more?: string): Step {
  return (response) =>
    response.end(JSON.stringify({ metadata: { resourceVersion, ...(more && { continue: more }) }, items }));
}

export const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

/** A watch that says this and stays open. */
export function watch(...lines: readonly string[]): Step {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(lines.join(''));
    response.flushHeaders();
  };
}

export function failing(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Step {
  return (response) => {
    response.writeHead(status, headers);
    response.end(JSON.stringify({ kind: 'Status', message, reason: 'Test' }));
  };
}
