import { CONTROL_HOST, GOOD, PORT, TCP_PORT, TLS_PORT } from '../../src/status/testing/bad-input/site.js';
import { ask, type Ask } from '../harness/request.js';
import { who } from '../l4/peers.js';

/** Who answers each control route – HTTP, gRPC, TLS passthrough, TCP –, in the order of `GOOD`; a transport error in its words. */
export async function answersOf(address: string): Promise<readonly string[]> {
  const http = { address, port: PORT };
  const call = { method: 'POST', headers: [['content-type', 'application/grpc']] } as const;
  const answers = [
    backendOf({ ...http, host: CONTROL_HOST }),
    backendOf({ ...http, host: `grpc.${CONTROL_HOST}`, path: '/a.B/c', ...call }),
    who({ address, port: TLS_PORT, sni: `tls.${CONTROL_HOST}` }),
    who({ address, port: TCP_PORT }),
  ];
  return Promise.all(answers.map((answer) => answer.catch(String)));
}

async function backendOf(what: Ask): Promise<string> {
  const { status, headers, body } = await ask(what);
  return String(headers['x-backend'] ?? `${status} ${body}`);
}

/** Looks at every control route again and again, each time over connections of its own. */
export function startWatch(address: string): {
  stop(): Promise<{ readonly looks: number; readonly wrong: readonly string[] }>;
} {
  const wrong: string[] = [];
  let looks = 0;
  const state = { running: true };
  const watching = (async () => {
    while (state.running) {
      const answers = (await answersOf(address)).join(' ');
      looks += 1;
      if (answers !== GOOD.join(' ')) wrong.push(answers);
    }
  })();
  return {
    stop: async () => {
      state.running = false;
      await watching;
      return { looks, wrong };
    },
  };
}
