import { WindlassError } from '../../errors/index.js';
import type { Replica } from './replica.js';

const TIMEOUT_MS = 30_000;

/** The debug endpoint at a URL, as `http://127.0.0.1:19000`. */
export function atAddress(address: URL): Replica {
  return {
    name: address.origin,
    get: async (path) => {
      const base = address.href.replace(/\/$/, '');
      try {
        const response = await fetch(base + path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
        return { status: response.status, body: await response.text() };
      } catch (thrown) {
        // fetch says only that it failed; its cause says why.
        const why = Error.isError(thrown) && Error.isError(thrown.cause) ? thrown.cause : thrown;
        throw new WindlassError(
          'CONTROL_PLANE_UNREACHABLE',
          `${address.origin} cannot be reached: ${WindlassError.from(why).message}`,
          { cause: thrown },
        );
      }
    },
  };
}
