import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Tokens and whose they are: a real one would ask a database. */
const USERS: Readonly<Record<string, string>> = { 'Bearer alice-token': 'alice', 'Bearer bob-token': 'bob' };

/**
 * Is asked about requests over HTTP, as an ExternalAuth filter does: 200 with `x-user` lets the request pass, for anybody else the answer is 401.
 * `port` 0 takes a free one. Resolves with the port it listens on.
 */
export async function startAuthServer(
  address: string,
  port: number,
  { onRequest }: { readonly onRequest?: () => void } = {},
): Promise<{ port: number; server: Server }> {
  const server = createServer(({ headers }, response) => {
    onRequest?.();
    const user = USERS[headers.authorization ?? ''];
    if (user === undefined) response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('who are you?\n');
    else response.writeHead(200, { 'x-user': user }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}
