import type { ErrorCode } from './codes.js';

/**
 * The only error type that crosses a room's border. `code` is stable and documented, `message` is one plain
 * sentence that says what, where, why and what to do; `cause` keeps the foreign error it came from.
 */
export class WindlassError extends Error {
  override readonly name = 'WindlassError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /**
   * Turns anything thrown into a WindlassError: one of ours is returned as it is; an `Error` becomes the cause of a new one with
   * the same message; anything else is printed into the message. Foreign errors get `code`, INTERNAL unless told otherwise.
   */
  static from(thrown: unknown, code: ErrorCode = 'INTERNAL'): WindlassError {
    if (thrown instanceof WindlassError) return thrown;
    // Not `instanceof`: errors of Node's core may come from another realm.
    if (Error.isError(thrown)) return new WindlassError(code, thrown.message, { cause: thrown });
    return new WindlassError(code, String(thrown), { cause: thrown });
  }
}
