import { noFindings, placeOf, report, type Findings, type Path } from './findings.js';
import type { SchemaNode } from './schema.js';

export type Check = (node: SchemaNode, value: unknown, path: Path, findings: Findings) => void;

const FORBIDDEN = 'has a value that is not allowed here';

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
  if (any.length > 0 && any.every(isFault)) reportNoneFits(any, path, findings);
  const one = failures(node.oneOf);
  const fitting = one.filter((found) => !isFault(found)).length;
  if (one.length > 0 && fitting === 0) reportNoneFits(one, path, findings);
  else if (fitting > 1)
    report(findings, 'oneOf', path, `must satisfy exactly one of its forms, not ${fitting}`);
  if (node.not !== undefined) {
    const found = noFindings();
    check(node.not, value, path, found);
    if (!isFault(found)) report(findings, 'oneOf', path, FORBIDDEN);
  }
}

function isFault({ faults }: Findings): boolean {
  return faults.length > 0;
}

/** Says what each branch wants – but not what one merely forbids, if another wants something – at the one place they speak of. */
function reportNoneFits(branches: readonly Findings[], path: Path, findings: Findings): void {
  const all = branches.flatMap(({ faults }) => faults);
  const wanted = all.filter(({ message }) => message !== FORBIDDEN);
  const said = wanted.length === 0 ? all : wanted;
  const places = new Map(said.map((fault) => [placeOf(fault.path), fault.path]));
  const [only = path] = places.size === 1 ? places.values() : [];
  report(findings, 'oneOf', only, [...new Set(said.map(({ message }) => message))].join(', or '));
}
