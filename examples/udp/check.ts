import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Example } from '../expectation.ts';

export const example: Example = {
  gateway: 'names',
  steps: [
    {
      what: 'a client keeps its server',
      check: async (address) => {
        const answers = await ask(address, 5);
        return answers.length === 5 && new Set(answers).size === 1 ? undefined : answers.join(', ');
      },
    },
    {
      what: 'nine clients of ten reach one server, the others the next',
      check: async (address) => {
        const reached = (await Promise.all(Array.from({ length: 200 }, () => ask(address, 1)))).flat();
        const next = reached.filter((name) => name === 'names-next').length;
        const first = reached.filter((name) => name === 'names').length;
        // Within four standard deviations of 20.
        return first + next === 200 && Math.abs(next - 20) <= 17 ? undefined : `${first} and ${next} of 200`;
      },
    },
  ],
};

/** Names of the servers that answer the datagrams of one client, in order; it waits some seconds for each. */
async function ask(address: string, times: number): Promise<readonly string[]> {
  const socket = createSocket('udp4');
  const answers: string[] = [];
  try {
    for (let i = 0; i < times; i += 1) {
      const answer = once(socket, 'message', { signal: AbortSignal.timeout(5_000) });
      socket.send('hello', 5300, address);
      const [message] = (await answer) as [Buffer];
      answers.push(String(message).split(' ')[0] ?? '');
    }
  } catch {
    answers.push('nobody');
  } finally {
    socket.close();
  }
  return answers;
}
