import type { MatchModel, StringMatch } from './model.js';

type Path = MatchModel['path'];
type Values = readonly { readonly name: string; readonly value: StringMatch }[];

/** Whether it is certain that no request is taken by both. Of regular expressions nothing is. */
export function areApart(a: MatchModel, b: MatchModel): boolean {
  return (
    (a.method !== undefined && b.method !== undefined && a.method !== b.method) ||
    arePathsApart(a.path, b.path) ||
    areValuesApart(a.headers, b.headers) ||
    areValuesApart(a.queryParams, b.queryParams)
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

function areValuesApart(a: Values, b: Values): boolean {
  return a.some(({ name, value }) => {
    const other = b.find((each) => each.name === name)?.value;
    return value.kind === 'exact' && other?.kind === 'exact' && other.value !== value.value;
  });
}
