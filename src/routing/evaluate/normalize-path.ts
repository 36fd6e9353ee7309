// What Envoy makes of a path before it looks at any route: `normalize_path` (RFC 3986 by way of Chromium's canonicaliser), then
// `merge_slashes`; `path_with_escaped_slashes_action: KEEP_UNCHANGED` (DESIGN D19). Measured against Envoy 1.40.

const HEX = /^[0-9A-Fa-f]{2}$/;
const UNRESERVED = /^[A-Za-z0-9\-_~]$/;
const ESCAPED = /^["<>`{}|^]$/;

/** The path and query that routes see and backends get; undefined: answered with 400. */
export function normalizePath(pathAndQuery: string): string | undefined {
  // Visible ASCII without a fragment; an HTTP/1 request line cannot hold the rest, and Envoy refuses it.
  if (!/^\/[!-~]*$/.test(pathAndQuery) || pathAndQuery.includes('#')) return undefined;
  const queryAt = pathAndQuery.indexOf('?');
  const path = queryAt < 0 ? pathAndQuery : pathAndQuery.slice(0, queryAt);
  const canonical = canonicalize(path);
  return canonical === undefined ? undefined : mergeSlashes(canonical) + pathAndQuery.slice(path.length);
}

/** Path and query, apart. */
export function splitQuery(pathAndQuery: string): {
  readonly path: string;
  readonly query: string | undefined;
} {
  const at = pathAndQuery.indexOf('?');
  return at < 0
    ? { path: pathAndQuery, query: undefined }
    : { path: pathAndQuery.slice(0, at), query: pathAndQuery.slice(at + 1) };
}

function canonicalize(path: string): string | undefined {
  let out = '';
  let i = 0;
  while (i < path.length) {
    const dot = dotAt(path, i);
    if (dot > 0 && out.endsWith('/')) {
      const second = dotAt(path, i + dot);
      if (isSegmentEnd(path, i + dot)) {
        i += dot + 1;
        continue;
      }
      if (second > 0 && isSegmentEnd(path, i + dot + second)) {
        out = out.slice(0, out.lastIndexOf('/', out.length - 2) + 1) || '/';
        i += dot + second + 1;
        continue;
      }
    }
    if (dot > 0) {
      out += '.';
      i += dot;
      continue;
    }
    const character = path.charAt(i);
    const digits = path.slice(i + 1, i + 3);
    if (character === '%' && HEX.test(digits)) {
      if (digits === '00') return undefined;
      const decoded = String.fromCharCode(parseInt(digits, 16));
      out += UNRESERVED.test(decoded) ? decoded : `%${digits}`;
      i += 3;
      continue;
    }
    if (character === '\\') out += '/';
    else
      out += ESCAPED.test(character) ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : character;
    i += 1;
  }
  return out;
}

/** Length of a dot, plain or escaped, at the index; 0 when there is none. */
function dotAt(path: string, index: number): number {
  if (path.charAt(index) === '.') return 1;
  return path.slice(index, index + 3).toLowerCase() === '%2e' ? 3 : 0;
}

function isSegmentEnd(path: string, index: number): boolean {
  return index >= path.length || path.charAt(index) === '/' || path.charAt(index) === '\\';
}

/** As Envoy has it, a path of slashes alone becomes two. */
function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const segments = path.split('/').filter((segment) => segment !== '');
  return `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}
