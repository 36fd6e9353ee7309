import type { SessionPersistence } from '../resources/index.js';
import { durationMs } from './durations.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';
import type { CookieLifetime, SessionSettings } from './session-model.js';

/** What would end the cookie's Path, or the header line. */
const NOT_IN_PATH = /[;\p{Cc}]/u;

/** Headers that say how a message is to be read or where it goes: an address in their place would break it. Source: RFC 9110, sections 7.2, 7.6, 8.6. */
const TAKEN: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'cookie',
  'host',
  'keep-alive',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What a `sessionPersistence` asks for, or why that cannot be had.
 * @param at its field path
 */
export function translateSession(spec: SessionPersistence, at: string): SessionSettings | Refusal {
  const unsupported = (message: string, field: string): Refusal =>
    refusal('UnsupportedValue', message, `${at}.${field}`);
  const seconds = secondsOf(spec.absoluteTimeout);
  if (seconds === 0) return unsupported('a session that ends at once is none', 'absoluteTimeout');
  if (seconds !== undefined && !Number.isSafeInteger(seconds)) {
    return unsupported(`${spec.absoluteTimeout ?? ''} is not a duration`, 'absoluteTimeout');
  }
  if (spec.type === 'Header') {
    if (seconds !== undefined) {
      return unsupported(
        'Envoy does not know since when a session by header exists; only one by cookie can have an end',
        'absoluteTimeout',
      );
    }
    const name = (spec.header?.name ?? '').toLowerCase();
    if (TAKEN.has(name)) return unsupported(`the header ${name} has a meaning of its own`, 'header.name');
    return { kind: 'header', name };
  }
  const { name, path: written = '', lifetimeType } = spec.cookie ?? {};
  const path = written === '' ? '/' : written;
  if (!path.startsWith('/') || NOT_IN_PATH.test(path)) {
    return unsupported('the Path of a cookie begins with a slash and holds no semicolon', 'cookie.path');
  }
  let lifetime: CookieLifetime = { kind: 'session', seconds };
  if (lifetimeType === 'Permanent') {
    if (seconds === undefined)
      return unsupported('a permanent cookie needs an absoluteTimeout', 'absoluteTimeout');
    lifetime = { kind: 'permanent', seconds };
  }
  return { kind: 'cookie', name, path, lifetime };
}

/** Whole seconds, as cookies count; NaN when it is not a duration. */
function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const ms = durationMs(duration);
  return ms === undefined ? Number.NaN : Math.ceil(ms / 1000);
}
