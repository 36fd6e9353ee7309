import type { MatchModel, StringMatch } from '../model.js';
import { regexMatches } from '../regex.js';
import type { NearMiss } from './evaluation.js';
import { isCall } from './grpc.js';

/** A request as routes see it: path normalised, header names lower case. */
export interface ArrivedRequest {
  readonly path: string;
  readonly query: string | undefined;
  readonly method: string;
  /** Every header with its values in order; `host` is the authority. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

export type Miss = Pick<NearMiss, 'failed' | 'message'>;

/** The first predicate that fails; undefined: the request matches. */
export function missOf(match: MatchModel, request: ArrivedRequest): Miss | undefined {
  if (match.grpc && !isCall(request.headers)) {
    const type = seen(request.headers.get('content-type')?.join(','));
    return { failed: 'grpc', message: `content-type ${type} is not one of gRPC` };
  }
  if (!pathMatches(match.path, request.path)) {
    return { failed: 'path', message: `path ${request.path} is not ${match.path.kind} ${match.path.value}` };
  }
  if (match.method !== undefined && match.method !== request.method) {
    return { failed: 'method', message: `method ${request.method} is not ${match.method}` };
  }
  for (const { name, value } of match.headers) {
    const values = request.headers.get(name);
    if (values === undefined || !headerMatches(name, values, value)) {
      return {
        failed: 'header',
        message: `header ${name}: ${seen(values?.join(','))}, not ${value.kind} ${value.value}`,
      };
    }
  }
  for (const { name, value } of match.queryParams) {
    const first = queryParam(request.query, name);
    if (first === undefined || !stringMatches(value, first)) {
      return {
        failed: 'queryParam',
        message: `query ${name}: ${seen(first)}, not ${value.kind} ${value.value}`,
      };
    }
  }
  return undefined;
}

function seen(value: string | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function pathMatches({ kind, value }: MatchModel['path'], path: string): boolean {
  switch (kind) {
    case 'exact':
      return path === value;
    case 'prefix':
      return value === '/' || path === value || path.startsWith(`${value}/`);
    case 'regex':
      return regexMatches(value, path);
  }
}

/** Headers that Envoy keeps as one value, joined with a comma. Of any other repeated header one matching value is enough (Envoy 1.40). */
const JOINED: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'cache-control',
  'content-type',
  'origin',
  'referer',
  'te',
  'user-agent',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
]);

function headerMatches(name: string, values: readonly string[], match: StringMatch): boolean {
  const candidates = JOINED.has(name) ? [values.join(',')] : values;
  return candidates.some((value) => stringMatches(match, value));
}

function stringMatches({ kind, value }: StringMatch, text: string): boolean {
  return kind === 'exact' ? text === value : regexMatches(value, text);
}

/** The first value of the parameter as it stands in the request: nothing is decoded; `a` and `a=` are both empty. */
function queryParam(query: string | undefined, name: string): string | undefined {
  for (const pair of (query ?? '').split('&')) {
    const at = pair.indexOf('=');
    if (pair !== '' && (at < 0 ? pair : pair.slice(0, at)) === name) return at < 0 ? '' : pair.slice(at + 1);
  }
  return undefined;
}
