import type { HeaderModifier, PathRewrite } from '../model.js';
import { splitQuery } from './normalize-path.js';

/** Path and query after the rewrite; the query is kept. Source: Gateway API, HTTPPathModifier. */
export function rewritePath(rewrite: PathRewrite | undefined, pathAndQuery: string): string {
  if (rewrite === undefined) return pathAndQuery;
  const { path } = splitQuery(pathAndQuery);
  const query = pathAndQuery.slice(path.length);
  if (rewrite.kind === 'prefix') return replacePrefix(rewrite, path) + query;
  // A query in the replacement takes the place of the request's.
  return rewrite.value.includes('?') ? rewrite.value : rewrite.value + query;
}

function replacePrefix({ prefix, value }: Extract<PathRewrite, { kind: 'prefix' }>, path: string): string {
  const replacement = value === '/' ? '' : value;
  const rest = path.slice(prefix === '/' ? 0 : prefix.length);
  return replacement === '' ? `/${rest.replace(/^\/+/, '')}` : replacement + rest;
}

type Headers = ReadonlyMap<string, readonly string[]>;

/** The modifiers one after another, each removing first, then setting, then adding. */
export function modifyHeaders(headers: Headers, modifiers: readonly HeaderModifier[]): Headers {
  const result = new Map(headers);
  for (const { set, add, remove } of modifiers) {
    for (const name of remove) result.delete(name);
    for (const { name, value } of set) result.set(name, [value]);
    for (const { name, value } of add) result.set(name, [...(result.get(name) ?? []), value]);
  }
  return result;
}
