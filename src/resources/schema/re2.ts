import { RE2JS } from 're2js';

/** Kubernetes' patterns are RE2, found anywhere in the text unless anchored. */
export type Pattern = (text: string) => boolean;

const patterns = new Map<string, Pattern>();

/** Answers are kept because the same few names and paths come back in every object; these bound the memory. */
const MAX_ANSWERS = 4096;
const MAX_KEPT_LENGTH = 256;

/** Compiles a trusted pattern of a schema or rule, once. Throws re2js' own error on one that is not RE2. */
export function re2(pattern: string): Pattern {
  const kept = patterns.get(pattern);
  if (kept !== undefined) return kept;
  const compiled = RE2JS.compile(pattern);
  const answers = new Map<string, boolean>();
  const matches: Pattern = (text) => {
    if (text.length > MAX_KEPT_LENGTH) return compiled.test(text);
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = compiled.test(text);
    const [oldest] = answers.keys();
    if (answers.size >= MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
    answers.set(text, answer);
    return answer;
  };
  patterns.set(pattern, matches);
  return matches;
}
