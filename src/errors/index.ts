// errors – the one error type and its table of stable codes.
export { ERROR_CODES, type ErrorCode } from './codes.js';
export { WindlassError } from './windlass-error.js';
export { assertNever } from './assert-never.js';
