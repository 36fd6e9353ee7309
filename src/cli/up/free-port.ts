import { createServer } from 'node:net';
import { WindlassError } from '../../errors/index.js';

const TRIES = 10;

/**
 * The first of up to ten ports from `first` on that can be bound on `address`: several `windlass up` may run on one machine. 0 stays 0.
 * @throws WindlassError PORT_UNAVAILABLE naming the flags to change
 */
export async function freePort(address: string, first: number, flag: string): Promise<number> {
  if (first === 0) return 0;
  let refusal: unknown;
  for (let port = first; port < Math.min(first + TRIES, 65_536); port += 1) {
    try {
      await bindOnce(address, port);
      return port;
    } catch (error) {
      refusal = error;
    }
  }
  const { message } = WindlassError.from(refusal);
  throw new WindlassError('PORT_UNAVAILABLE', `no port can be bound: ${message}; give another ${flag}`, {
    cause: refusal,
  });
}

function bindOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}
