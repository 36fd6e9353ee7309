import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A Service in front of several servers, as the network of a cluster makes it: each connection goes to the next that takes it. */
export interface Balancer {
  readonly port: number;
  close(): Promise<void>;
}

/** @param addresses loopback addresses, of servers on one port */
export async function startBalancer(addresses: readonly string[], port: number): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const dial = (client: Socket, tries: number): void => {
    const host = addresses[(turn += 1) % addresses.length] ?? '';
    const server = connect({ host, port });
    sockets.add(server);
    let isOpen = false;
    server.once('connect', () => {
      isOpen = true;
      client.pipe(server).pipe(client);
    });
    server.once('error', () => {
      if (!isOpen && tries > 1) dial(client, tries - 1);
      else client.destroy();
    });
    server.once('close', () => {
      sockets.delete(server);
      if (isOpen) client.destroy();
    });
    client.once('close', () => server.destroy());
  };
  const listener = createServer((client) => {
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    // What becomes of it is told by `close`.
    client.on('error', () => undefined);
    dial(client, addresses.length);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
