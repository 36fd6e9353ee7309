import { WindlassError } from '../../errors/index.js';

/** What has been opened, to be closed last first: all of it, even if something fails. */
export class Closers {
  readonly #closers: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  /** @throws WindlassError: the first failure, after everything else was closed */
  async close(): Promise<void> {
    let failure: unknown;
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw WindlassError.from(failure);
  }
}
