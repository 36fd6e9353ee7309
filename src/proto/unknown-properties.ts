import type { Field, Type } from 'protobufjs';
import { codec, type MessageName } from './root.js';

/**
 * Paths of the properties that a message's encoder does not know and would silently drop (`virtualHosts[0].rutes`), at any depth.
 * The value of an Any is bytes already: it is checked when it is built by `any`.
 */
export function unknownProperties(type: MessageName, message: object): string[] {
  return [...unknownIn(codec(type), message, '')];
}

function* unknownIn(type: Type, message: object, at: string): Generator<string> {
  for (const [name, value] of Object.entries(message)) {
    const path = at === '' ? name : `${at}.${name}`;
    const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (field === undefined) yield path;
    else yield* unknownInField(field.resolve(), value, path);
  }
}

function* unknownInField(field: Field, value: unknown, path: string): Generator<string> {
  const type = field.resolvedType;
  if (type === null || !('fields' in type) || typeof value !== 'object' || value === null) return;
  if (!field.repeated && !field.map) {
    yield* unknownIn(type, value, path);
    return;
  }
  for (const [key, element] of Object.entries<unknown>({ ...value })) {
    if (typeof element === 'object' && element !== null) yield* unknownIn(type, element, `${path}[${key}]`);
  }
}
