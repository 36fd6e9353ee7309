import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { WindlassError } from '../../errors/index.js';

const TIMEOUT_MS = 5_000;

/** The admin interface of one Envoy. */
export interface Admin {
  /** The body of a GET, whatever its status (`/ready` answers 503 with a word). Throws a WindlassError ENVOY_ADMIN_UNREACHABLE. */
  get(path: string): Promise<string>;
  /** The body of a POST: what changes something. Throws a WindlassError ENVOY_ADMIN_UNREACHABLE. */
  post(path: string): Promise<string>;
}

/** Talks to the admin interface over its unix socket. Nothing is kept open between requests. */
export function adminOf(socketPath: string, timeoutMs = TIMEOUT_MS): Admin {
  const send = async (method: 'GET' | 'POST', path: string): Promise<string> => {
    try {
      return await exchange(socketPath, method, path, timeoutMs);
    } catch (thrown) {
      const { message } = WindlassError.from(thrown);
      throw new WindlassError('ENVOY_ADMIN_UNREACHABLE', `${method} ${path} on ${socketPath}: ${message}`, {
        cause: thrown,
      });
    }
  };
  return { get: (path) => send('GET', path), post: (path) => send('POST', path) };
}

function exchange(socketPath: string, method: string, path: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ socketPath, method, path, agent: false, signal }, (response) => {
      text(response).then(resolve, reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}
