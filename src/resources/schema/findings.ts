import type { Fault, FaultRule, PathStep } from '../fault.js';

/**
 * What was found in one object. `unsound` holds the places (as {@link placeOf} spells them) whose CEL rules are not run,
 * because a rule of the schema is written for values of the right shape and would only repeat the fault.
 */
export interface Findings {
  readonly faults: Fault[];
  readonly unsound: Set<string>;
}

export type Path = readonly PathStep[];

export function noFindings(): Findings {
  return { faults: [], unsound: new Set() };
}

export function placeOf(path: Path): string {
  return path.join('\0');
}

/** Records an error. `hides` says whose rules it makes pointless: those of every value around it, those of its parent, or none. */
export function report(
  findings: Findings,
  rule: FaultRule,
  path: Path,
  message: string,
  options: { readonly target?: Fault['target']; readonly hides?: 'ancestors' | 'parent' | 'nothing' } = {},
): void {
  const { target = 'value', hides = 'nothing' } = options;
  findings.faults.push({ path, message, rule, severity: 'error', target });
  if (hides === 'parent') findings.unsound.add(placeOf(path.slice(0, -1)));
  if (hides !== 'ancestors') return;
  for (let depth = 0; depth <= path.length; depth += 1) findings.unsound.add(placeOf(path.slice(0, depth)));
}

/** Lists values for a message: `"a", "b" or "c"`. */
export function oneOfWords(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
