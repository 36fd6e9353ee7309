import { ask, type Answer, type Ask } from '../harness/request.js';

/** Keeps cookies as a browser does, apart from paths and ends. */
export class Client {
  /** Values as they were set, by name. */
  readonly cookies = new Map<string, string>();

  readonly #site: Pick<Ask, 'address' | 'port' | 'host'>;

  constructor(site: Pick<Ask, 'address' | 'port' | 'host'>) {
    this.#site = site;
  }

  async get(path: string, more: Partial<Ask> = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = [...(cookie === '' ? [] : [['cookie', cookie] as const]), ...(more.headers ?? [])];
    const answer = await ask({ ...this.#site, ...more, path, headers });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=("[^"]*"|[^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.cookies.set(name, value);
    }
    return answer;
  }

  /** The backends that answer so many requests, in order. */
  async reach(path: string, times: number, more: Partial<Ask> = {}): Promise<readonly string[]> {
    const reached: string[] = [];
    for (let i = 0; i < times; i += 1) {
      const { status, echo } = await this.get(path, more);
      reached.push(echo?.backend ?? String(status));
    }
    return reached;
  }
}

/** How many different ones there are. */
export function variety(list: readonly string[]): number {
  return new Set(list).size;
}
