/** A line that says what is being done; on a terminal it stands in the place of the one before. */
export interface Progress {
  readonly say: (doing: string) => void;
  /** Ends the line with how it went. */
  end(how: string): void;
}

/** To standard error: what a command prints is its own. */
export function progress(): Progress {
  const isTerminal = process.stderr.isTTY;
  const started = Date.now();
  const print = (text: string, isLast: boolean): void => {
    const seconds = String(Math.round((Date.now() - started) / 1000)).padStart(4);
    process.stderr.write(
      `${isTerminal ? '\r\x1b[K' : ''}${seconds} s  ${text}${isTerminal && !isLast ? '' : '\n'}`,
    );
  };
  return { say: (doing) => print(doing, false), end: (how) => print(how, true) };
}
