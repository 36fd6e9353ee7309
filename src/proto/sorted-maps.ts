import { Type, type NamespaceBase, type ReflectionObject } from 'protobufjs/light.js';

type Loose = Readonly<Record<string, unknown>>;

/**
 * Makes the encoders of a root write map entries in the order of their keys. protobufjs writes them in the order in which an object got its
 * keys, and equal content must give equal bytes. Encoders reach each other through `Type.encode`, so only the few messages that have
 * a map pay for this, at whatever depth they stand. (Keys that look like array indices come first in any JavaScript object: an order as good.)
 */
export function sortMapsOnEncode(namespace: NamespaceBase): void {
  for (const type of typesIn(namespace)) {
    const maps = type.fieldsArray.filter((field) => field.map).map((field) => field.name);
    if (maps.length > 0) wrapEncoder(type, maps);
  }
}

function* typesIn(namespace: NamespaceBase): Generator<Type> {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof Type) yield nested;
    if (isNamespace(nested)) yield* typesIn(nested);
  }
}

function isNamespace(object: ReflectionObject): object is NamespaceBase {
  return 'nestedArray' in object;
}

/** protobufjs calls `setup` once per message, before its first use, to compile the codec. */
function wrapEncoder(type: Type, maps: readonly string[]): void {
  type.setup = () => {
    Type.prototype.setup.call(type);
    const compiled = type.encode.bind(type);
    type.encode = (message: Loose, ...rest) => compiled(withSortedMaps(message, maps), ...rest);
    return type;
  };
}

function withSortedMaps(message: Loose, maps: readonly string[]): Loose {
  let copy: Record<string, unknown> | undefined;
  for (const name of maps) {
    const map = message[name];
    if (typeof map !== 'object' || map === null || isSorted(Object.keys(map))) continue;
    copy ??= { ...message };
    copy[name] = Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return copy ?? message;
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key);
}
