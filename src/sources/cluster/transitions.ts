import type { Logger } from '../../telemetry/index.js';
import type { KindProgress, KindState } from './state.js';

/** Tells the log when a kind begins to fail, is followed again, comes or goes: once, and not at every try. */
export class Transitions {
  readonly #logger: Logger;
  readonly #told = new Map<string, KindProgress>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  look(states: readonly KindState[]): void {
    for (const { kind, is, version, objects, error } of states) {
      const before = this.#told.get(kind);
      // A kind that is asked for again is in the state it was in, until there is an answer.
      if (is === before || is === 'waiting') continue;
      this.#told.set(kind, is);
      switch (is) {
        case 'failing':
          this.#logger.warn('kind cannot be followed, what is known of it stands', {
            kind,
            code: error?.code,
            error: error?.message,
          });
          break;
        case 'synced':
          if (before === 'failing') this.#logger.info('kind is followed again', { kind, objects });
          else if (before === 'absent') this.#logger.info('kind is served now', { kind, version, objects });
          else this.#logger.debug('kind is known', { kind, version, objects });
          break;
        case 'absent':
          if (before === undefined) this.#logger.debug('kind is not served', { kind });
          else this.#logger.warn('kind is not served any more', { kind });
          break;
        case 'unneeded':
          this.#logger.debug('kind is not needed', { kind });
          break;
      }
    }
  }
}
