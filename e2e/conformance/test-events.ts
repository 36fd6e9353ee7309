// Reads what a test binary of Go says with `-test.v=test2json`: marked lines tell which test begins, speaks and ends, each as it happens.
// Source: Go, package testing, and cmd/test2json.

export type Outcome = 'passed' | 'failed' | 'skipped';

export type TestEvent =
  | { readonly kind: 'begun'; readonly test: string }
  | { readonly kind: 'said'; readonly test: string; readonly text: string }
  | {
      readonly kind: 'ended';
      readonly test: string;
      readonly outcome: Outcome;
      /** Its own time: not that in which it waited for others. */
      readonly seconds: number;
    };

const MARK = '\x16';
const OUTCOMES: Readonly<Record<string, Outcome>> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };

/** Takes the output in pieces of any size. A line that is not marked was said by the test that was named last. */
export class TestEvents {
  #rest = '';
  #speaker = '';

  push(piece: string): readonly TestEvent[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#read(line));
  }

  /** A last line that was not ended. */
  end(): readonly TestEvent[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : this.#read(rest);
  }

  #read(line: string): readonly TestEvent[] {
    // What was said without an end of line stands before a mark.
    const at = line.indexOf(MARK);
    if (at === -1) return this.#said(line);
    const before = line.slice(0, at);
    return [...(before === '' ? [] : this.#said(before)), ...this.#marked(line.slice(at + MARK.length))];
  }

  #said(text: string): readonly TestEvent[] {
    return this.#speaker === '' ? [] : [{ kind: 'said', test: this.#speaker, text }];
  }

  #marked(line: string): readonly TestEvent[] {
    const named = /^=== (RUN|PAUSE|CONT|NAME)\s+(\S*)$/.exec(line);
    if (named !== null) {
      const [, word, test = ''] = named;
      this.#speaker = test;
      return word === 'RUN' ? [{ kind: 'begun', test }] : [];
    }
    const ended = /^--- (PASS|FAIL|SKIP): (\S+) \((\d+(?:\.\d+)?)s\)$/.exec(line);
    if (ended === null) return this.#said(line);
    const [, word = '', test = '', seconds] = ended;
    this.#speaker = test;
    const outcome = OUTCOMES[word];
    return outcome === undefined ? [] : [{ kind: 'ended', test, outcome, seconds: Number(seconds) }];
  }
}
