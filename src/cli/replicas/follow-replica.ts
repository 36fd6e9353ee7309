import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { WindlassError } from '../../errors/index.js';
import { readLine, type DigestLine } from './digest-line.js';
import { DIGEST_PATH } from './digest-server.js';

export interface FollowOptions {
  readonly address: string;
  readonly port: number;
  /** The name in the other's certificate. */
  readonly serverName: string;
  /** PEM; asked for before every connection, as the token is. */
  readonly ca: () => Promise<string>;
  readonly token: () => Promise<string>;
  readonly onLine: (line: DigestLine) => void;
  /** What was told may be old. */
  readonly onLost: (error: WindlassError) => void;
  readonly limits: FollowLimits;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface FollowLimits {
  /** Of silence on the connection, before it counts as dead. Milliseconds. */
  readonly silenceMs: number;
  /** Waits after failures, doubled each time, with full jitter. Milliseconds. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** Characters of one line. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Listens to another replica until `signal` aborts; what fails is tried again for ever. */
export async function followReplica(options: FollowOptions): Promise<void> {
  const { onLost, limits, random, signal } = options;
  const isEnded = (): boolean => signal.aborted;
  // Whoever stops it is told by the signal itself.
  const pause = (ms: number): Promise<void> =>
    sleep(random() * ms, undefined, { signal }).catch(() => undefined);
  let failures = 0;
  while (!isEnded()) {
    try {
      let hasSpoken = false;
      for await (const line of lines(await connect(options))) {
        failures = 0;
        hasSpoken = true;
        options.onLine(line);
      }
      if (!hasSpoken) throw new Error('it ended without a word');
      // The other ends every stream some time, and is asked again.
      await pause(limits.firstWaitMs);
    } catch (thrown) {
      if (isEnded()) return;
      failures += 1;
      const cause = WindlassError.from(thrown);
      onLost(
        new WindlassError(
          'REPLICA_UNREACHABLE',
          `the replica at ${options.address}:${options.port}: ${cause.message}`,
          { cause },
        ),
      );
      await pause(Math.min(limits.firstWaitMs * 2 ** (failures - 1), limits.longestWaitMs));
    }
  }
}

async function connect(options: FollowOptions): Promise<IncomingMessage> {
  const { address: host, port, serverName: servername, limits, signal } = options;
  const [ca, token] = await Promise.all([options.ca(), options.token()]);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({
      ...{ host, port, servername, ca, signal, agent: false, path: DIGEST_PATH, timeout: limits.silenceMs },
      headers: { authorization: `Bearer ${token.trim()}` },
    });
    sent.on('timeout', () => sent.destroy(new Error('it is silent')));
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end();
  });
  if (response.statusCode === 200) return response;
  response.resume();
  throw new Error(`it answers ${response.statusCode ?? 0}`);
}

async function* lines(response: IncomingMessage): AsyncGenerator<DigestLine> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new Error('a line has no end');
    for (const text of parts) {
      const line = readLine(text);
      if (line === undefined) throw new Error('what it says is no digest; it may be of another version');
      yield line;
    }
  }
}
