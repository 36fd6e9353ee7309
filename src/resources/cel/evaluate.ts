import { celList, celMap, type CelInput, type CelValue } from '@bufbuild/cel';
import { placeOf, report, type Findings, type Path } from '../schema/findings.js';
import { isJsonObject, isList } from '../schema/json.js';
import { knownEntries, type SchemaNode } from '../schema/schema.js';
import { celFieldNames } from './escape.js';
import { programOf } from './program.js';

/**
 * Runs every rule of a schema against a new object, innermost first, after `check` has filled `findings`: a rule whose value is
 * of the wrong shape is left out. Each value is turned into CEL's own form once; integers are those the schema calls so.
 */
export function evaluateRules(node: SchemaNode, value: unknown, path: Path, findings: Findings): void {
  if (node.hasRules) visit(node, value, path, findings);
}

function visit(node: SchemaNode, value: unknown, path: Path, findings: Findings): CelValue {
  const self = celValue(node, value, path, findings);
  const rules = node.schema['x-kubernetes-validations'];
  if (rules === undefined || value === null || findings.unsound.has(placeOf(path))) return self;
  for (const rule of rules) {
    const program = programOf(rule);
    if (program.transition) continue;
    const message = program.violation(self);
    if (message !== undefined) report(findings, 'cel', [...path, ...fieldPathOf(rule.fieldPath)], message);
  }
  return self;
}

function celValue(node: SchemaNode, value: unknown, path: Path, findings: Findings): CelValue {
  if (isList(value)) {
    const { items } = node;
    return celList(
      items === undefined ? [] : value.map((entry, index) => visit(items, entry, [...path, index], findings)),
    );
  }
  if (isJsonObject(value)) {
    const entries = knownEntries(node, value).flatMap(([name, inner, child]): [string, CelInput][] => {
      const seen = visit(child, inner, [...path, name], findings);
      const names = node.properties.has(name) ? celFieldNames(name) : [name];
      return names.map((each) => [each, seen]);
    });
    return celMap(new Map(entries));
  }
  if (typeof value === 'number')
    return node.schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** `.a.b` or `['a']` as steps. */
function fieldPathOf(fieldPath: string | undefined): readonly string[] {
  if (fieldPath === undefined) return [];
  return Array.from(
    fieldPath.matchAll(/\.([^.[]+)|\['((?:[^'\\]|\\.)*)'\]/g),
    (found) => found[1] ?? found[2] ?? '',
  );
}
