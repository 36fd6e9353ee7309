import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one of those can take a port that was free a moment ago. */
const [FIRST, END] = [10_000, 32_000];

/** A loopback address that hardly anybody else uses now. Not below 127.64.0.0: those are the ones that a Gateway without an address gets. */
export function ownLoopbackAddress(): string {
  const random = (from: number, to: number): number => from + Math.floor(Math.random() * (to - from));
  return `127.${random(64, 255)}.${random(0, 255)}.${random(1, 255)}`;
}

/** A port on which nobody listens, at any address: taken at random, so that two who ask do not get the same one. */
export async function unusedPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST));
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen({ host: '0.0.0.0', port, exclusive: true }, () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
