/** Share of requests that show what they have been given. */
const SHOWN = 0.7;

/** What clients have been given, and whether they show it: one client for each shape of requests. */
export class CookieJar {
  /** By client, and by name. */
  readonly #cookies = new Map<number, Map<string, string>>();

  keep(client: number, setCookie: readonly string[] | undefined): void {
    for (const line of setCookie ?? []) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const jar = this.#cookies.get(client) ?? new Map<string, string>();
      this.#cookies.set(client, jar.set(name, value.join('=')));
    }
  }

  headers(client: number): { readonly cookie?: string } {
    const jar = this.#cookies.get(client);
    if (jar === undefined || Math.random() >= SHOWN) return {};
    return { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
  }
}
