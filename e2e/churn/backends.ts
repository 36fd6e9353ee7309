// A process of backends at the address that is its argument. A line `{"start":"NAME"}` on standard input opens an instance on two ports and is answered with
// `{"name":"NAME","ports":[A,B]}`; `{"stop":"NAME"}` closes it once its requests are answered. Every answer tells who gave it and what arrived.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

const SIDES = ['a', 'b'];
const instances = new Map<string, readonly Server[]>();

async function listen(label: string): Promise<Server> {
  // A backend that closes an idle connection races with the proxy that uses it again: ours never do.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const { host = '', 'x-mark': mark = '-' } = request.headers;
    const body = `${label} ${request.url ?? ''} ${host} ${String(mark)}`;
    const answer = (): unknown => response.end(body);
    // Some requests are under way for a while, so that changes overtake them.
    if (Math.random() < 0.1) setTimeout(answer, 5 + Math.random() * 60);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, process.argv[2], resolve));
  return server;
}

async function start(name: string): Promise<void> {
  const servers = await Promise.all(SIDES.map((side) => listen(name + side)));
  instances.set(name, servers);
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  process.stdout.write(`${JSON.stringify({ name, ports })}\n`);
}

function stop(name: string): void {
  for (const server of instances.get(name) ?? []) server.close();
  instances.delete(name);
}

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const command = JSON.parse(line) as { readonly start?: string; readonly stop?: string };
  if (command.start !== undefined) void start(command.start);
  if (command.stop !== undefined) stop(command.stop);
});
commands.on('close', () => process.exit(0));
