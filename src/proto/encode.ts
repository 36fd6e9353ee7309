import { codec, fieldOf, type MessageName } from './root.js';
import type { google, MessageTypes } from './gen/envoy.js';
import { unknownProperties } from './unknown-properties.js';

/** Names of a message's fields, in protobufjs's camelCase (`consecutive_5xx` is `consecutive5xx`). */
export type FieldName<T extends MessageName> = keyof MessageTypes[T] & string;

/** What one occurrence of a field holds: the element of a repeated field, else the field's own value. */
export type FieldValue<T extends MessageName, F extends FieldName<T>> =
  NonNullable<MessageTypes[T][F]> extends infer V
    ? V extends readonly (infer Element)[]
      ? Element
      : V
    : never;

const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** Wire type of everything that carries its length: sub-messages, strings, bytes. */
const LENGTH_DELIMITED = 2;

/** Under a test runner every message is checked for names that the encoder would drop; elsewhere the types must do, for speed. */
const CHECKED = process.env['NODE_ENV'] === 'test';

/**
 * The wire form of a message. Deterministic: fields in the order of their numbers, map entries in the order of their keys, so that equal
 * content gives equal bytes on every replica. The message is left as it is.
 *
 * Throws a TypeError for properties that the message does not have when NODE_ENV is `test`.
 */
export function encode<T extends MessageName>(type: T, message: MessageTypes[T]): Uint8Array {
  if (CHECKED) refuseUnknown(type, message);
  return codec(type).encode(message).finish();
}

function refuseUnknown(type: MessageName, message: object): void {
  const unknown = unknownProperties(type, message);
  if (unknown.length > 0) throw new TypeError(`${type} has no ${unknown.join(', ')}`);
}

/**
 * One occurrence of a field in its parent, tag and length included: for a repeated field, one element. Concatenated with the other
 * encoded fields of the parent it is the parent's wire form (protobuf: the concatenation of two encoded messages is their merge).
 */
export function encodeField<T extends MessageName, F extends FieldName<T>>(
  parent: T,
  field: F,
  value: FieldValue<T, F>,
): Uint8Array {
  const message = { [field]: fieldOf(parent, field).repeated ? [value] : value };
  if (CHECKED) refuseUnknown(parent, message);
  return codec(parent).encode(message).finish();
}

/** The number of a field. Throws a RangeError for a name the message does not have. */
export function fieldNumber<T extends MessageName>(type: T, field: FieldName<T>): number {
  return fieldOf(type, field).id;
}

/** Bytes that are encoded already as one length-delimited field: the sub-message whose fields `parts` are, in their order. */
export function frame(field: number, parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(framePieces(field, parts));
}

/** What {@link frame} puts together, not put together yet: `parts` with a head before them. */
export function framePieces(field: number, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [Uint8Array.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(length)]), ...parts];
}

/** Base-128 groups, least significant first. By division, since lengths may pass 2^31. */
function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** A message as a google.protobuf.Any. */
export function any<T extends MessageName>(type: T, message: MessageTypes[T]): google.protobuf.Any {
  return { typeUrl: `${TYPE_URL_PREFIX}${type}`, value: encode(type, message) };
}
