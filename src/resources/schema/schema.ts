import type { JsonObject } from './json.js';

/** A rule in CEL. Source: apiextensions/v1.ValidationRule. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  /** A path below the value the rule stands at, such as `.spec.name`, where the fault is reported. */
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** The part of OpenAPI that structural schemas use. Source: apiextensions/v1.JSONSchemaProps. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A schema made ready for walking: maps instead of records, so that no field name meets a prototype. */
export interface SchemaNode {
  readonly schema: Schema;
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** Schema of the values of a map (`additionalProperties`). */
  readonly values: SchemaNode | undefined;
  readonly items: SchemaNode | undefined;
  /** Fields that the schema does not name are let through. */
  readonly open: boolean;
  /** A CEL rule stands here or below. */
  readonly hasRules: boolean;
  readonly allOf: readonly SchemaNode[];
  readonly anyOf: readonly SchemaNode[];
  readonly oneOf: readonly SchemaNode[];
  readonly not: SchemaNode | undefined;
}

/** Makes a schema ready for walking. Branches of `oneOf` and its like only add constraints, so they are open. */
export function schemaNode(schema: Schema, open = false): SchemaNode {
  const properties = new Map(
    Object.entries(schema.properties ?? {}).map(([name, child]) => [name, schemaNode(child, open)]),
  );
  const { additionalProperties } = schema;
  const values =
    typeof additionalProperties === 'object' ? schemaNode(additionalProperties, open) : undefined;
  const items = schema.items === undefined ? undefined : schemaNode(schema.items, open);
  const below = [...properties.values(), ...(values ? [values] : []), ...(items ? [items] : [])];
  return {
    schema,
    properties,
    values,
    items,
    open: open || additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true,
    hasRules: schema['x-kubernetes-validations'] !== undefined || below.some((child) => child.hasRules),
    allOf: branches(schema.allOf),
    anyOf: branches(schema.anyOf),
    oneOf: branches(schema.oneOf),
    not: schema.not === undefined ? undefined : schemaNode(schema.not, true),
  };
}

function branches(schemas: readonly Schema[] = []): readonly SchemaNode[] {
  return schemas.map((schema) => schemaNode(schema, true));
}

/** The schema of what stands under a field name, if it has one. */
export function childNode(node: SchemaNode, name: string): SchemaNode | undefined {
  return node.properties.get(name) ?? node.values;
}

/** Fields of an object that the schema knows or lets through. */
export function knownEntries(node: SchemaNode, value: JsonObject): [string, unknown, SchemaNode][] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const child = childNode(node, name);
    return child === undefined ? [] : [[name, inner, child] satisfies [string, unknown, SchemaNode]];
  });
}
