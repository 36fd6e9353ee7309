import type { Outcome, TestEvent } from './test-events.js';

/** How a conformance test ended. */
export interface Result {
  readonly test: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** Why it was skipped, or the last that it and its parts said where they failed. */
  readonly why: readonly string[];
}

/** Where in the suite, and what is cleaned up afterwards: neither says what went wrong. */
const NOISE = /^\s*(Error Trace:|\S+\.(go|s):\d+$|Test:\s|Deleting \S+ \w+$|Creating \S+ \w+$)/;
/** Lines kept of a test until it has ended. */
const KEPT = 400;
const TOLD = 12;

/** Gathers the events of a run into results of conformance tests, whose parts count as theirs. */
export class Tally {
  readonly results = new Map<string, Result>();
  readonly #begun = new Set<string>();
  readonly #said = new Map<string, Set<string>>();
  readonly #failed = new Map<string, string[]>();

  /** @returns the result, when the event ends a conformance test */
  take(event: TestEvent): Result | undefined {
    const [, name = '', ...parts] = event.test.split('/');
    if (name === '') return undefined;
    switch (event.kind) {
      case 'begun':
        this.#begun.add(name);
        return undefined;
      case 'said':
        this.#listen(event.test, event.text);
        return undefined;
      case 'ended': {
        if (event.outcome === 'failed') this.#keepFailure(name, event.test);
        const said = [...(this.#said.get(event.test) ?? [])];
        this.#said.delete(event.test);
        if (parts.length > 0) return undefined;
        const why = event.outcome === 'skipped' ? said : (this.#failed.get(name) ?? []);
        const result = { test: name, outcome: event.outcome, seconds: event.seconds, why };
        this.results.set(name, result);
        return result;
      }
    }
  }

  /** Conformance tests that began and never ended: the binary was stopped, or broke. */
  get unended(): readonly string[] {
    return [...this.#begun].filter((test) => !this.results.has(test));
  }

  of(outcome: Outcome): readonly Result[] {
    return [...this.results.values()].filter((result) => result.outcome === outcome);
  }

  /** Tests say the same every tenth of a second while they wait: each line counts once, where it came last. */
  #listen(test: string, line: string): void {
    const lines = this.#said.get(test) ?? new Set();
    this.#said.set(test, lines);
    const text = plain(line);
    if (text === '' || NOISE.test(text)) return;
    lines.delete(text);
    lines.add(text);
    const [oldest] = lines;
    if (lines.size > KEPT && oldest !== undefined) lines.delete(oldest);
  }

  /** What the innermost part said last: the outer ones only fail with it. */
  #keepFailure(name: string, test: string): void {
    const kept = this.#failed.get(name) ?? [];
    this.#failed.set(name, kept);
    const lines = [...(this.#said.get(test) ?? [])].slice(-TOLD);
    const part = test.split('/').slice(2).join('/');
    if (lines.length > 0) kept.push(...(part === '' ? [] : [`${part}:`]), ...lines);
  }
}

/** Without the place in the suite's source and the time, which stand in the log. */
function plain(line: string): string {
  return line.replace(/^\s*\w+\.go:\d+: \s*(?:\d{4}-\d\d-\d\dT[\d:.]+Z: )?/, '').trim();
}

/** The feature whose lack had a test skipped. */
export function missingFeature({ why }: Result): string | undefined {
  return why
    .map((line) => /^Skipping \w+: suite does not support (\w+)$/.exec(line)?.[1])
    .find((name) => name !== undefined);
}
