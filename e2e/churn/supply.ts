import type { Backends } from './backend-process.js';
import type { Instance, World } from './world.js';

/** As many as one configuration begins with. */
const SPARE = 7;

/**
 * Keeps instances ready for changes that need new ones, and stops those that are no longer used: once a state without them was acknowledged
 * and a grace period has passed, as a Pod that terminates does.
 */
export class Supply {
  readonly #backends: Backends;
  readonly #graceMs: number;
  readonly #spare: Instance[] = [];
  #taken: Instance[] = [];
  #used: ReadonlySet<string> = new Set();
  /** Name → number of the first state without it. */
  readonly #dropped = new Map<string, number>();
  #started = 0;

  constructor(backends: Backends, graceMs: number) {
    this.#backends = backends;
    this.#graceMs = graceMs;
  }

  /** Starts what is missing. */
  async fill(): Promise<void> {
    while (this.#spare.length < SPARE) {
      this.#started += 1;
      this.#spare.push(await this.#backends.start(`i${this.#started}`));
    }
  }

  take(): Instance {
    const instance = this.#spare.shift();
    if (instance === undefined) throw new Error('no instance is ready');
    this.#taken.push(instance);
    return instance;
  }

  /** What was taken since the last {@link Supply.written} is not used after all. */
  giveBack(): void {
    this.#spare.unshift(...this.#taken.splice(0));
  }

  written(number: number, { services }: World): void {
    const used = new Set(services.flatMap(({ instances }) => instances.map(({ name }) => name)));
    for (const name of this.#used) if (!used.has(name)) this.#dropped.set(name, number);
    this.#used = used;
    this.#taken = [];
  }

  acknowledged(number: number): void {
    for (const [name, since] of this.#dropped) {
      if (since > number) continue;
      this.#dropped.delete(name);
      setTimeout(() => this.#backends.stop(name), this.#graceMs).unref();
    }
  }
}
