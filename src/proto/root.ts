import type { Field, Type } from 'protobufjs';
import codecs from './gen/codecs.js';
import type { MessageTypes } from './gen/envoy.js';
import { sortMapsOnEncode } from './sorted-maps.js';

/** Full name of a message: `envoy.config.route.v3.Route`. */
export type MessageName = keyof MessageTypes;

sortMapsOnEncode(codecs);

const found = new Map<string, Type>();

/**
 * The codec of a message. By name, because protobufjs does not expose lower-case packages as properties, and cached, because its own
 * look-up walks the namespaces.
 */
export function codec(type: MessageName): Type {
  let known = found.get(type);
  if (known === undefined) {
    known = codecs.lookupType(type);
    found.set(type, known);
  }
  return known;
}

/** A field of a message by its camelCase name. Throws a RangeError when the message has no such field. */
export function fieldOf(type: MessageName, name: string): Field {
  const { fields } = codec(type);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw new RangeError(`${type} has no field ${name}`);
  return field.resolve();
}
