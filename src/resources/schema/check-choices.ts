import { noFindings, report, type Findings, type Path } from './findings.js';
import type { SchemaNode } from './schema.js';

export type Check = (node: SchemaNode, value: unknown, path: Path, findings: Findings) => void;

/** `allOf`, `anyOf`, `oneOf` and `not`. `check` is handed in because branches are schemas again. */
export function checkChoices(
  node: SchemaNode,
  value: unknown,
  path: Path,
  findings: Findings,
  check: Check,
): void {
  for (const branch of node.allOf) check(branch, value, path, findings);
  const failures = (branches: readonly SchemaNode[]): readonly Findings[] =>
    branches.map((branch) => {
      const found = noFindings();
      check(branch, value, path, found);
      return found;
    });
  const any = failures(node.anyOf);
  if (any.length > 0 && any.every(isFault)) {
    report(findings, 'oneOf', path, `must satisfy one of its forms: ${reasons(any)}`);
  }
  const one = failures(node.oneOf);
  const fitting = one.filter((found) => !isFault(found)).length;
  if (one.length > 0 && fitting === 0) {
    report(findings, 'oneOf', path, `must satisfy one of its forms: ${reasons(one)}`);
  } else if (fitting > 1)
    report(findings, 'oneOf', path, `must satisfy exactly one of its forms, not ${fitting}`);
  if (node.not !== undefined) {
    const found = noFindings();
    check(node.not, value, path, found);
    if (!isFault(found)) report(findings, 'oneOf', path, 'has a value that is not allowed here');
  }
}

function isFault({ faults }: Findings): boolean {
  return faults.length > 0;
}

function reasons(found: readonly Findings[]): string {
  return found.flatMap(({ faults }) => faults.map(({ message }) => message)).join(', or ');
}
