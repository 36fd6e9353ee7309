import type { ForwardShare } from '../../src/routing/index.js';
import type { Answer } from '../harness/request.js';

/** Whether a client without a session is told of the one that is foretold, and of no other; undefined: it is. */
export function sessionFault(session: ForwardShare['session'], { headers }: Answer): string | undefined {
  const cookies = (headers['set-cookie'] ?? []).map((line) => line.split('=')[0] ?? '').join(' ');
  const wanted = session?.kind === 'cookie' ? session.name : '';
  if (cookies !== wanted) return `foretold the cookie '${wanted}', got '${cookies}'`;
  return session?.kind === 'header' && headers[session.name] === undefined
    ? `foretold the header ${session.name}, got none`
    : undefined;
}
