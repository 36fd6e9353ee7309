import { isOfMeshes } from './verdict.js';
import type { Result } from './tally.js';

/** One line a test while the suite runs, with what it says of itself where it fails. */
export class Progress {
  readonly #start = performance.now();
  readonly #total: number;
  readonly #print: (line: string) => void;
  #ended = 0;
  #failed = 0;

  /** @param total tests of the suite */
  constructor(total: number, print: (line: string) => void = (line) => console.log(line)) {
    this.#total = total;
    this.#print = print;
  }

  /** A step on the way, beside the tests. */
  step(text: string): void {
    this.#print(`${this.#clock()} ${text}`);
  }

  take(result: Result): void {
    const { test, outcome, seconds, why } = result;
    this.#ended += 1;
    // They are all skipped, in no time.
    if (outcome === 'skipped' && isOfMeshes(result)) return;
    if (outcome === 'failed') this.#failed += 1;
    const counter = `${String(this.#ended).padStart(3)}/${this.#total}`;
    const failures = this.#failed === 0 ? '' : ` (${this.#failed} failed)`;
    const time = `${seconds.toFixed(1)} s`.padStart(8);
    const word = outcome === 'passed' ? 'ok  ' : outcome === 'failed' ? 'FAIL' : 'skip';
    this.#print(`${this.#clock()} ${counter}${failures} ${word} ${time}  ${test}`);
    if (outcome !== 'passed') for (const line of why) this.#print(`        ${line.slice(0, 600)}`);
  }

  get seconds(): number {
    return Math.round((performance.now() - this.#start) / 1000);
  }

  #clock(): string {
    const { seconds } = this;
    return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
  }
}
