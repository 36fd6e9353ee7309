/** The system's error code (`ENOENT`), '' if there is none. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
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
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
