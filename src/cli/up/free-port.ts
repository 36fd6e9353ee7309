import { WindlassError } from '../../errors/index.js';

const TRIES = 10;

/**
 * Listens on the first of up to ten ports from `first` on that can be had: several `windlass up` may run on one machine, and start at the same moment. What counts is therefore the
 * attempt itself; a port that was only tried may be another's by then. 0 stays 0.
 *
 * @param listen resolves with the port that is bound, or rejects
 * @throws WindlassError PORT_UNAVAILABLE naming the flags to change
 */
export async function listenOnFreePort(
  first: number,
  flag: string,
  listen: (port: number) => Promise<number>,
): Promise<number> {
  let refusal: unknown;
  for (let port = first; port < Math.min(first + (first === 0 ? 1 : TRIES), 65_536); port += 1) {
    try {
      return await listen(port);
    } catch (error) {
      refusal = error;
    }
  }
  const { message } = WindlassError.from(refusal);
  throw new WindlassError('PORT_UNAVAILABLE', `no port can be bound: ${message}; give another ${flag}`, {
    cause: refusal,
  });
}
