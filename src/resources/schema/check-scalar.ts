import { report, type Findings, type Path } from './findings.js';
import { formatFault } from './format.js';
import { re2 } from './re2.js';
import type { Schema } from './schema.js';

/** Length (in code points), pattern, encoding and format of a string. */
export function checkString(schema: Schema, value: string, path: Path, findings: Findings): void {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  // A code point is one or two UTF-16 units: only counted where that could decide.
  const certain = value.length <= maxLength && value.length >= 2 * minLength;
  const length = certain ? value.length : Array.from(value).length;
  if (length < minLength) {
    report(
      findings,
      'length',
      path,
      minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`,
    );
  }
  if (length > maxLength) {
    const message = `must have at most ${maxLength} characters, not ${length}`;
    report(findings, 'length', path, message, { hides: 'ancestors' });
  }
  if (pattern !== undefined && length >= minLength && !re2(pattern)(value)) {
    report(findings, 'pattern', path, `${JSON.stringify(value)} must match ${pattern}`);
  }
  // Half a surrogate pair has no encoding: an API server would not have it, and Envoy could not even decode what holds it.
  if (!value.isWellFormed()) report(findings, 'format', path, 'must be well-formed Unicode text');
  checkFormat(schema, value, path, findings);
}

/** Range, multiple and format of a number. */
export function checkNumber(schema: Schema, value: number, path: Path, findings: Findings): void {
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema;
  if (value < minimum || (schema.exclusiveMinimum === true && value === minimum)) {
    report(
      findings,
      'range',
      path,
      `must be ${schema.exclusiveMinimum === true ? 'more than' : 'at least'} ${minimum}, not ${value}`,
    );
  }
  if (value > maximum || (schema.exclusiveMaximum === true && value === maximum)) {
    report(
      findings,
      'range',
      path,
      `must be ${schema.exclusiveMaximum === true ? 'less than' : 'at most'} ${maximum}, not ${value}`,
    );
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    report(findings, 'range', path, `must be a multiple of ${multipleOf}, not ${value}`);
  }
  checkFormat(schema, value, path, findings);
}

function checkFormat({ format }: Schema, value: string | number, path: Path, findings: Findings): void {
  const message = format === undefined ? undefined : formatFault(format, value);
  if (message !== undefined) report(findings, 'format', path, message);
}
