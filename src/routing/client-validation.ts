import type { Gateway, Listener } from '../resources/index.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

/**
 * Validation of client certificates is not built yet. A listener that asks for it is refused: serving it would let everyone in
 * (DESIGN D10: never unverified). Source: Gateway API, GatewaySpec.tls.frontend; v1.1 had it on the listener.
 * @param at field path of the listener
 */
export function clientValidationRefusal(
  gateway: Gateway,
  listener: Listener,
  at: string,
): Refusal | undefined {
  if (listener.protocol !== 'HTTPS') return undefined;
  const message = 'validation of client certificates is not supported here';
  if (listener.tls?.frontendValidation !== undefined) {
    return refusal('UnsupportedValue', message, `${at}.tls.frontendValidation`);
  }
  const frontend = gateway.spec.tls?.frontend;
  const own = frontend?.perPort?.find(({ port }) => port === listener.port);
  const validation = own === undefined ? frontend?.default?.validation : own.tls?.validation;
  return validation === undefined ? undefined : refusal('UnsupportedValue', message, 'spec.tls.frontend');
}
