import type { MatchModel } from './model.js';

type Path = MatchModel['path'];

/**
 * Whether it is certain that no request is taken by both. Of regular expressions nothing is, nor of headers: of one that comes twice each value counts. Of a query parameter the
 * first does.
 */
export function areApart(a: MatchModel, b: MatchModel): boolean {
  return (
    (a.method !== undefined && b.method !== undefined && a.method !== b.method) ||
    arePathsApart(a.path, b.path) ||
    a.queryParams.some(({ name, value }) => {
      const other = b.queryParams.find((each) => each.name === name)?.value;
      return value.kind === 'exact' && other?.kind === 'exact' && other.value !== value.value;
    })
  );
}

function arePathsApart(a: Path, b: Path): boolean {
  if (a.kind === 'regex' || b.kind === 'regex') return false;
  return !holds(a, b.value) && !holds(b, a.value);
}

/** Is the path among those that are taken? */
function holds({ kind, value }: Path, path: string): boolean {
  return path === value || (kind === 'prefix' && (value === '/' || path.startsWith(`${value}/`)));
}
