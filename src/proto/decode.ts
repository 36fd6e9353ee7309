import protojson from 'protobufjs/ext/protojson.js';
import { WindlassError } from '../errors/index.js';
import { encode } from './encode.js';
import type { MessageTypes } from './gen/envoy.js';
import { codec, type MessageName } from './root.js';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A message from its wire form, as plain data: what was not sent is `undefined`, 64-bit integers are numbers (exact up to 2^53), enums are
 * numbers, of which a newer peer may send ones not in the type.
 *
 * Throws a WindlassError MALFORMED_MESSAGE for bytes that are not such a message.
 */
export function decode<T extends MessageName>(type: T, bytes: Uint8Array): MessageTypes[T];
// The decoding edge, where a plain object gets its type: types and codec are made from the same definitions.
export function decode(type: MessageName, bytes: Uint8Array): object {
  return attempt(type, () => {
    const known = codec(type);
    return known.toObject(known.decode(bytes), { longs: Number });
  });
}

/**
 * Canonical protobuf JSON of a message or its wire form: camelCase names in the order of the definition, an Any by its content with `@type`, durations
 * as `10s`, enums by name, map entries in the order of their keys.
 *
 * Throws a WindlassError MALFORMED_MESSAGE for bytes that are not such a message, and for an Any of a type that Envoy's API does not have.
 */
export function toJson<T extends MessageName>(type: T, message: MessageTypes[T] | Uint8Array): Json {
  const bytes = message instanceof Uint8Array ? message : encode(type, message);
  return attempt(type, () => protojson.toJson(codec(type), codec(type).decode(bytes)) as Json);
}

function attempt<R>(type: MessageName, read: () => R): R {
  try {
    return read();
  } catch (thrown) {
    throw new WindlassError('MALFORMED_MESSAGE', `cannot read a ${type}: ${WindlassError.from(thrown).message}`, {
      cause: thrown,
    });
  }
}
