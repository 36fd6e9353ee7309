import { ask, type Answer, type Ask } from '../harness/request.js';
import { podOf } from './requests.js';

/** A client that sends back what keeps its session: cookies as a browser does, and the header `x-session`. */
export class Visitor {
  readonly #what: Ask;
  readonly #cookies = new Map<string, string>();
  #session: string | undefined;
  /** The pod that answered last. */
  last = '';

  constructor(what: Ask) {
    this.#what = what;
  }

  /** The pod that answers, otherwise the status. */
  async reach(): Promise<string> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask({
      ...this.#what,
      headers: [
        ...(cookie === '' ? [] : [['cookie', cookie] as const]),
        ...(this.#session === undefined ? [] : [['x-session', this.#session] as const]),
      ],
    });
    this.#keep(answer);
    this.last = podOf(answer);
    return this.last;
  }

  #keep({ headers }: Answer): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=("[^"]*"|[^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    const session = headers['x-session'];
    if (typeof session === 'string') this.#session = session;
  }
}
