import { checkChoices } from './check-choices.js';
import { checkList } from './check-list.js';
import { checkNumber, checkString } from './check-scalar.js';
import { report, oneOfWords, type Findings, type Path } from './findings.js';
import { isJsonObject, isList, typeName, type JsonObject } from './json.js';
import { childNode, type SchemaNode } from './schema.js';
import { suggestion } from './suggestion.js';

/** Holds a value, defaults filled in, against its schema and adds every fault to `findings`. CEL rules are not run here. */
export function check(node: SchemaNode, value: unknown, path: Path, findings: Findings): void {
  if (value === null && node.schema.nullable === true) return;
  if (!hasType(node, value)) {
    const message = `must be ${wantedType(node)}, not ${typeName(value)}`;
    report(findings, 'type', path, message, { hides: 'ancestors' });
    return;
  }
  const { enum: allowed } = node.schema;
  if (allowed !== undefined && !allowed.includes(value)) {
    const message = `must be ${oneOfWords(allowed)}, not ${JSON.stringify(value)}`;
    report(findings, 'enum', path, message, { hides: 'ancestors' });
  }
  if (typeof value === 'string') checkString(node.schema, value, path, findings);
  else if (typeof value === 'number') checkNumber(node.schema, value, path, findings);
  else if (isList(value)) {
    checkList(node.schema, value, path, findings);
    const { items } = node;
    if (items !== undefined) value.forEach((entry, index) => check(items, entry, [...path, index], findings));
  } else if (isJsonObject(value)) checkObject(node, value, path, findings);
  checkChoices(node, value, path, findings, check);
}

function hasType({ schema }: SchemaNode, value: unknown): boolean {
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'string' || Number.isInteger(value);
  if (schema.type === undefined) return true;
  if (schema.type === 'integer') return Number.isInteger(value);
  if (schema.type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeName(value) === schema.type;
}

function wantedType({ schema }: SchemaNode): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  return schema.type ?? 'any';
}

function checkObject(node: SchemaNode, value: JsonObject, path: Path, findings: Findings): void {
  for (const name of node.schema.required ?? []) {
    if (!Object.hasOwn(value, name)) {
      report(findings, 'required', [...path, name], 'is required', { target: 'key', hides: 'ancestors' });
    }
  }
  const { minProperties = 0, maxProperties = Infinity } = node.schema;
  const count = Object.keys(value).length;
  if (count < minProperties)
    report(findings, 'properties', path, `must have at least ${minProperties} entries`);
  if (count > maxProperties) {
    const message = `must have at most ${maxProperties} entries, not ${count}`;
    report(findings, 'properties', path, message, { hides: 'ancestors' });
  }
  for (const [name, inner] of Object.entries(value)) {
    const child = childNode(node, name);
    if (child !== undefined) check(child, inner, [...path, name], findings);
    else if (!node.open) reportUnknownField(name, node.properties.keys(), [...path, name], findings);
  }
}

/** A field the schema does not have. A near miss is one mistake, so the rules of its object are not held against it. */
function reportUnknownField(name: string, known: Iterable<string>, path: Path, findings: Findings): void {
  const meant = suggestion(name, known);
  const message =
    meant === undefined ? 'is an unknown field' : `is an unknown field; did you mean "${meant}"?`;
  report(findings, 'unknownField', path, message, {
    target: 'key',
    hides: meant === undefined ? 'nothing' : 'parent',
  });
}
