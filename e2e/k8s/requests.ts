import { ask, type Answer, type Ask } from '../harness/request.js';
import { until } from '../harness/until.js';

const DEADLINE_MS = 60_000;
const EVERY_MS = 50;

/** The pod that answered; otherwise the status. */
export function podOf({ headers, status }: Answer): string {
  return String(headers['x-pod'] ?? status);
}

/** The headers with which the backend was asked. */
export function seenBy({ body }: Answer): Readonly<Record<string, string>> {
  return (JSON.parse(body) as { readonly headers: Readonly<Record<string, string>> }).headers;
}

/** Asks until an answer is as wanted. @throws Error with the last one */
export async function answered(
  what: Ask,
  wanted: number | ((answer: Answer) => boolean),
  deadlineMs = DEADLINE_MS,
): Promise<Answer> {
  const isWanted = typeof wanted === 'number' ? ({ status }: Answer): boolean => status === wanted : wanted;
  return await until(
    `${what.host}${what.path ?? '/'} to be answered ${typeof wanted === 'number' ? wanted : 'as wanted'}`,
    async () => {
      const answer = await ask(what);
      if (isWanted(answer)) return answer;
      throw new Error(`${answer.status} ${podOf(answer)} ${answer.body.slice(0, 200)}`);
    },
    deadlineMs,
    EVERY_MS,
  );
}

export interface Watch {
  /** Ends it. @throws Error with what should not have been */
  end(): Promise<{ readonly asked: number }>;
}

/** Asks one thing again and again, and keeps every answer that must not be. @param fault what is wrong with an answer; undefined: nothing */
export function watch(what: Ask, fault: (answer: Answer) => string | undefined): Watch {
  const faults: string[] = [];
  let asked = 0;
  const over = new AbortController();
  const running = (async () => {
    while (!over.signal.aborted) {
      asked += 1;
      const wrong = await ask(what).then(fault, (error: unknown) => String(error));
      if (wrong !== undefined) faults.push(wrong);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    end: async () => {
      over.abort();
      await running;
      if (faults.length > 0)
        throw new Error(`${faults.length} of ${asked} answers are wrong: ${faults.slice(0, 5).join(' | ')}`);
      return { asked };
    },
  };
}

/** For {@link watch}: every answer has to be 200. */
export function failed({ status, body }: Answer): string | undefined {
  return status === 200 ? undefined : `${status} ${body.slice(0, 100)}`;
}
