import { createInterface } from 'node:readline';
import { startScript } from './script.js';
import type { StreamExchange } from './stream-verdict.js';
import type { StreamName } from './streams.js';

type Line =
  | readonly ['n', StreamName, number, number, string]
  | readonly ['k', StreamName, number, number, number, string]
  | readonly ['s', number];

/** The process of `load-streams.ts`; `stop` waits for what is under way and tells how often was asked. */
export function startStreamLoad(
  address: string,
  onExchange: (exchange: StreamExchange) => void,
): { readonly stop: () => Promise<number> } {
  const { child, end } = startScript('load-streams.ts', [JSON.stringify({ address })]);
  let asked: number | undefined;
  const lines = createInterface({ input: child.stdout });
  const closed = new Promise<void>((resolve) => lines.once('close', () => resolve()));
  lines.on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if (line[0] === 'n') {
      const [, stream, from, to, answer] = line;
      onExchange({ stream, from, to, keptSince: undefined, answer });
    } else if (line[0] === 'k') {
      const [, stream, keptSince, from, to, answer] = line;
      onExchange({ stream, from, to, keptSince, answer });
    } else asked = line[1];
  });
  return {
    stop: async () => {
      await end();
      await closed;
      if (asked === undefined) throw new Error('the clients of streams ended without their sum');
      return asked;
    },
  };
}
