import type { KnownObject, ObjectRef } from '../resources/index.js';

/** One step from one moment of the world to the next; every source yields these. Never empty, no object is in both lists. */
export interface SourceChange {
  /** New objects and new states of known ones; an object that is equal for us keeps its identity and is not listed. */
  readonly upserts: readonly KnownObject[];
  readonly deletes: readonly ObjectRef[];
}

/** One fault of what was written, at the place a person has to look at. */
export interface Diagnostic {
  readonly file: string;
  /** Counted from 1; columns in UTF-16 code units, as editors count them. */
  readonly line: number;
  readonly column: number;
  /** `Kind namespace/name`, '' where no object can be told. */
  readonly object: string;
  /** The field from the object's root, `spec.rules[0].matches`; '' for the object itself. */
  readonly path: string;
  readonly message: string;
  readonly rule: string;
  readonly severity: 'error' | 'warning';
}

/** `file:line:column: severity: Kind namespace/name: path: message`, the form editors and terminals turn into a link. */
export function displayDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, object, path, message } = diagnostic;
  return [`${file}:${line}:${column}`, severity, object, path, message]
    .filter((part) => part !== '')
    .join(': ');
}

export interface DiagnosticsDiff {
  readonly added: readonly Diagnostic[];
  readonly fixed: readonly Diagnostic[];
}

/**
 * What is new and what is gone. A fault that only moved to another line is the same fault: it was reported and is not
 * reported again.
 */
export function diffDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
): DiagnosticsDiff {
  const old = byIdentity(before);
  const current = byIdentity(after);
  return {
    added: [...current].filter(([key]) => !old.has(key)).map(([, diagnostic]) => diagnostic),
    fixed: [...old].filter(([key]) => !current.has(key)).map(([, diagnostic]) => diagnostic),
  };
}

function byIdentity(diagnostics: readonly Diagnostic[]): Map<string, Diagnostic> {
  const result = new Map<string, Diagnostic>();
  const seen = new Map<string, number>();
  for (const diagnostic of diagnostics) {
    const { file, object, path, message, rule } = diagnostic;
    const key = JSON.stringify([file, object, path, message, rule]);
    // Two syntax errors of one file may read alike: the second is another fault, not the same one.
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    result.set(`${key}#${nth}`, diagnostic);
  }
  return result;
}
