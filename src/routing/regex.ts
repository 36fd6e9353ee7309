import { RE2JS } from 're2js';
import { UNICODE_CLASSES } from './unicode-classes.js';

// RE2, the engine Envoy uses, in its JavaScript form. JavaScript's own RegExp differs in syntax and is never used for what users wrote.
// Envoy runs it over bytes (Latin-1): a character outside ASCII is as many characters as it has bytes in UTF-8.

const compiled = new Map<string, RE2JS | string>();
/** Compiled, one takes several kilobytes; a rule that does not change is not asked about again. */
const KEPT = 1_000;

function compile(pattern: string): RE2JS | string {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  let result: RE2JS | string;
  try {
    const program = RE2JS.compile(bytes(pattern));
    result = byteFault(pattern) ?? classFault(pattern) ?? sizeFault(program) ?? program;
  } catch (thrown) {
    result = thrown instanceof Error ? thrown.message : String(thrown);
  }
  // A cache by content: the oldest go, so that patterns long gone do not stay.
  const [oldest] = compiled.keys();
  if (compiled.size >= KEPT && oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, result);
  return result;
}

/** What Envoy refuses although RE2 over characters takes it. */
function byteFault(pattern: string): string | undefined {
  if (pattern === '') return 'it is empty';
  if (!pattern.isWellFormed()) return 'it is not well-formed text';
  const wide = pattern
    .matchAll(/\\x\{([0-9A-Fa-f]+)\}/g)
    .find(([, digits]) => parseInt(digits ?? '', 16) > 0xff);
  return wide && `${wide[0]} is beyond one byte`;
}

/** The JavaScript form knows more and newer Unicode classes than the RE2 in Envoy. */
function classFault(pattern: string): string | undefined {
  // Quoted text and escaped characters hold no class.
  for (const [text, name] of pattern.matchAll(/\\Q.*?(?:\\E|$)|\\[pP]\{\^?([^}]*)\}|\\./gs)) {
    if (name !== undefined && !UNICODE_CLASSES.has(name)) return `RE2 knows no character class ${text}`;
  }
  return undefined;
}

/**
 * RE2 compiles into two thirds of its 8 MiB, at 8 bytes an instruction: measured, the largest it takes has 699,050. A class is one instruction for each range and one
 * to choose between two, at most; ranges beyond one byte are none.
 */
const LARGEST_PROGRAM = 699_050;

function sizeFault(compiled: RE2JS): string | undefined {
  const prog: unknown = compiled.re2Input.prog;
  if (!isProgram(prog)) throw new TypeError('the program of a compiled expression has another shape');
  let size = 0;
  for (const { runes } of prog.inst) {
    let ranges = 0;
    for (let i = 0; i < runes.length; i += 2) if ((runes[i] ?? 0) <= 0xff) ranges += 1;
    size += Math.max(1, 2 * ranges - 1);
  }
  return size > LARGEST_PROGRAM ? 'it is too large when its repetitions are written out' : undefined;
}

interface Program {
  readonly inst: readonly { readonly runes: ArrayLike<number> }[];
}

function isProgram(prog: unknown): prog is Program {
  return typeof prog === 'object' && prog !== null && 'inst' in prog && Array.isArray(prog.inst);
}

function bytes(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Why Envoy refuses the pattern; undefined when it takes it. */
export function regexFault(pattern: string): string | undefined {
  const result = compile(pattern);
  return typeof result === 'string' ? result : undefined;
}

/** Whether the whole text matches. A pattern that RE2 refuses matches nothing. */
export function regexMatches(pattern: string, text: string): boolean {
  const result = compile(pattern);
  return typeof result !== 'string' && result.testExact(bytes(text));
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
