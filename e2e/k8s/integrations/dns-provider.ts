// What ExternalDNS calls a webhook provider: it keeps the records of a zone, and tells which there are.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Endpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
}

interface Changes {
  readonly create?: readonly Endpoint[];
  readonly updateNew?: readonly Endpoint[];
  readonly delete?: readonly Endpoint[];
}

export interface DnsProvider {
  readonly url: string;
  /** Targets by `name type`. */
  records(): Readonly<Record<string, readonly string[]>>;
  close(): Promise<void>;
}

const MEDIA_TYPE = 'application/external.dns.webhook+json;version=1';

export async function startDnsProvider(): Promise<DnsProvider> {
  const endpoints = new Map<string, Endpoint>();
  const keyOf = ({ dnsName, recordType }: Endpoint): string => `${dnsName} ${recordType}`;
  const change = (changes: Changes): void => {
    for (const endpoint of changes.delete ?? []) endpoints.delete(keyOf(endpoint));
    for (const endpoint of [...(changes.create ?? []), ...(changes.updateNew ?? [])])
      endpoints.set(keyOf(endpoint), endpoint);
  };
  const answer = async (what: string, body: () => Promise<unknown>): Promise<unknown> => {
    switch (what) {
      // Every name is in its zone.
      case 'GET /':
        return {};
      case 'GET /records':
        return [...endpoints.values()];
      case 'POST /records':
        change((await body()) as Changes);
        return undefined;
      case 'POST /adjustendpoints':
        return await body();
      default:
        throw new Error(`ExternalDNS asks ${what}`);
    }
  };
  const server = createServer((request, response) => {
    answer(`${request.method ?? ''} ${request.url ?? ''}`, () => json(request)).then(
      (said) => {
        response.writeHead(said === undefined ? 204 : 200, { 'content-type': MEDIA_TYPE });
        response.end(said === undefined ? undefined : JSON.stringify(said));
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records: () => Object.fromEntries([...endpoints].map(([key, { targets }]) => [key, targets])),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
