// proto – the Envoy API as types and wire bytes: the one place where messages are encoded and decoded, and the ADS service. A leaf that `envoy` and `xds` share.
export { ADS } from './ads.js';
export { decode, toJson, type Json } from './decode.js';
export { any, encode, encodeField, fieldNumber, frame, framePieces } from './encode.js';
export { envoy, google, type MessageTypes } from './gen/envoy.js';
export type { MessageName } from './root.js';
export { unknownProperties } from './unknown-properties.js';
