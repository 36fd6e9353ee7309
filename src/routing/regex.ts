import { RE2JS } from 're2js';

// RE2, the engine Envoy uses, in its JavaScript form. JavaScript's own RegExp differs in syntax and is never used for what users wrote.

const compiled = new Map<string, RE2JS | string>();
const KEPT = 10_000;

function compile(pattern: string): RE2JS | string {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  let result: RE2JS | string;
  try {
    result = RE2JS.compile(pattern);
  } catch (thrown) {
    result = thrown instanceof Error ? thrown.message : String(thrown);
  }
  // A cache by content: emptied when full, so that patterns long gone do not stay.
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(pattern, result);
  return result;
}

/** Why RE2 refuses the pattern; undefined when it takes it. */
export function regexFault(pattern: string): string | undefined {
  const result = compile(pattern);
  return typeof result === 'string' ? result : undefined;
}

/** Whether the whole text matches. A pattern that RE2 refuses matches nothing. */
export function regexMatches(pattern: string, text: string): boolean {
  const result = compile(pattern);
  return typeof result !== 'string' && result.testExact(text);
}

/**
 * The longest path prefix, ending at a segment boundary, that everything meant by the pattern must begin with – found without
 * understanding the pattern, for one that RE2 refuses. `/` when there is none.
 */
export function literalPathPrefix(pattern: string): string {
  const anchored = pattern.startsWith('^') ? pattern.slice(1) : pattern;
  if (anchored.includes('|')) return '/';
  let literal = /^[A-Za-z0-9/_~!@%&=:;,'-]*/.exec(anchored)?.[0] ?? '';
  // A quantifier makes the character before it optional.
  if (/^[?*{]/.test(anchored.slice(literal.length))) literal = literal.slice(0, -1);
  const boundary = literal.lastIndexOf('/');
  return literal.startsWith('/') && boundary > 0 ? literal.slice(0, boundary) : '/';
}
