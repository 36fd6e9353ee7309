import { WindlassError } from '../errors/index.js';

/** An answer of the API server that is no success; or, with status 0, that it could not be reached. */
export class ApiError extends WindlassError {
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  /** StatusReason of the answer, as `Conflict` or `Expired`; '' without one. Source: meta/v1.Status. */
  readonly reason: string;
  /** Milliseconds that the server asks to wait; undefined: it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    answer: { readonly status: number; readonly reason?: string; readonly retryAfterMs?: number | undefined },
    options?: { readonly cause?: unknown },
  ) {
    super('KUBERNETES_API', message, options);
    this.status = answer.status;
    this.reason = answer.reason ?? '';
    this.retryAfterMs = answer.retryAfterMs;
  }
}
