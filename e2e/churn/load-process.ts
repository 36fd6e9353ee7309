import { createInterface } from 'node:readline';
import type { KeyPair } from '../harness/authority.js';
import { startScript } from './script.js';
import type { TrustedCa } from './world.js';

export interface LoadOptions {
  readonly address: string;
  /** Requests a second. */
  readonly rate: number;
  /** What clients present. */
  readonly clients: Readonly<Record<TrustedCa, KeyPair>>;
}

/** Times are milliseconds of the monotonic clock. */
export interface Connection {
  readonly from: number;
  readonly to: number;
  /** SHA-256 of the certificate that was served; '' without TLS, and of a resumed session. */
  readonly certificate: string;
}

export interface Exchange {
  readonly from: number;
  readonly to: number;
  /** Undefined when none came to be. */
  readonly connection: Connection | undefined;
  /** An earlier request went over the same connection. */
  readonly reused: boolean;
  /** Index of the shape. */
  readonly shape: number;
  /** `200 …` with what the backend saw, `302 …` with the location, another status, `refused`, `reset …` or `timeout`. */
  readonly answer: string;
}

export interface LoadSums {
  readonly sent: number;
  /** Not sent, because too many were under way. */
  readonly held: number;
  readonly perSecond: number;
}

type Line =
  | readonly ['c', number, number, number, string]
  | readonly ['r', number, number, number, number, string]
  | readonly ['s', number, number, number];

/** The process of `load.ts`; `stop` waits for what is under way. */
export function startLoad(
  options: LoadOptions,
  onExchange: (exchange: Exchange) => void,
): { readonly stop: () => Promise<LoadSums> } {
  const { child, end } = startScript('load.ts', [JSON.stringify(options)]);
  const connections = new Map<number, Connection>();
  let sums: LoadSums | undefined;
  const lines = createInterface({ input: child.stdout });
  const closed = new Promise<void>((resolve) => lines.once('close', () => resolve()));
  lines.on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if (line[0] === 'c') {
      connections.set(line[1], { from: line[2], to: line[3], certificate: line[4] });
    } else if (line[0] === 'r') {
      const [, from, to, id, shape, answer] = line;
      const connection = connections.get(id);
      // `reusedSocket` of node does not tell: it is false of a request that waited for a connection.
      const reused = connection !== undefined && connection.from < from;
      onExchange({ from, to, connection, reused, shape, answer });
    } else {
      sums = { sent: line[1], held: line[2], perSecond: line[1] / line[3] };
    }
  });
  return {
    stop: async () => {
      await end();
      await closed;
      if (sums === undefined) throw new Error('the load generator ended without its sums');
      return sums;
    },
  };
}
