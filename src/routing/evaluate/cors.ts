import type { CorsModel, HeaderModifier } from '../model.js';
import { regexMatches } from '../regex.js';
import type { Outcome } from './evaluation.js';
import { grpcStatusOf } from './grpc.js';
import type { ArrivedRequest } from './request-match.js';

/** How the proxy itself answers a preflight; undefined: the request is none. Source: Fetch standard, CORS protocol. */
export function preflightOutcome(
  cors: CorsModel | undefined,
  { method, headers }: ArrivedRequest,
): Extract<Outcome, { kind: 'preflight' }> | undefined {
  const origin = headers.get('origin')?.join(',');
  const wanted = headers.get('access-control-request-method')?.join(',');
  if (cors === undefined || method !== 'OPTIONS' || origin === undefined || wanted === undefined)
    return undefined;
  const answered = (status: 200 | 403, answer: readonly (readonly [string, string])[]) =>
    ({ kind: 'preflight', status, grpcStatus: grpcStatusOf(status, headers), headers: answer }) as const;
  if (!isAllowed(cors, origin)) return answered(403, []);
  const wantedHeaders = headers.get('access-control-request-headers')?.join(',') ?? '';
  const answer = [
    ...originHeaders(cors, origin),
    ['access-control-allow-methods', cors.methods === '*' ? wanted : cors.methods.join(', ')],
    ['access-control-allow-headers', cors.headers === '*' ? wantedHeaders : cors.headers.join(', ')],
    ['access-control-max-age', String(cors.maxAgeSeconds)],
  ] as const;
  return answered(
    200,
    answer.filter(([, value]) => value !== ''),
  );
}

/** What is set on the answer to any other request; nothing without an allowed origin. */
export function corsModifiers(
  cors: CorsModel | undefined,
  { headers }: ArrivedRequest,
): readonly HeaderModifier[] {
  const origin = headers.get('origin')?.join(',');
  if (cors === undefined || origin === undefined || !isAllowed(cors, origin)) return [];
  return [
    { set: originHeaders(cors, origin).map(([name, value]) => ({ name, value })), add: [], remove: [] },
  ];
}

function isAllowed({ origins }: CorsModel, origin: string): boolean {
  return origins !== undefined && regexMatches(origins, origin);
}

function originHeaders(
  { credentials, exposeHeaders }: CorsModel,
  origin: string,
): readonly (readonly [name: string, value: string])[] {
  return [
    ['access-control-allow-origin', origin],
    ...(credentials ? [['access-control-allow-credentials', 'true'] as const] : []),
    ...(exposeHeaders.length > 0
      ? [['access-control-expose-headers', exposeHeaders.join(', ')] as const]
      : []),
  ];
}
