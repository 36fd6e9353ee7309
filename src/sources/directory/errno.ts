/** The system's error code (`ENOENT`), '' if there is none. */
export function errnoOf(error: unknown): string {
  return hasText(error, 'code') ? error.code : '';
}

/** What a person reads instead of `ENOENT: no such file or directory, open '/…'`: the path is said elsewhere. */
export function describeErrno(error: unknown): string {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'too many symbolic links';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'not a UTF-8 text';
    default:
      return hasText(error, 'message') ? error.message : String(error);
  }
}

function hasText<K extends string>(error: unknown, name: K): error is Record<K, string> {
  return (
    typeof error === 'object' &&
    error !== null &&
    name in error &&
    typeof Reflect.get(error, name) === 'string'
  );
}
