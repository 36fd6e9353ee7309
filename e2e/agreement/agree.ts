import type { Evaluation, HeaderModifier, Outcome } from '../../src/routing/index.js';
import type { Answer } from '../harness/request.js';
import { deniedBy, isDenial, shareDeniedBy } from './denials.js';
import { sessionFault } from './session-fault.js';

/** Headers that Envoy, node or the harness add by themselves: no modifier of the configurations touches them. */
const ADDED = new Set([
  'host',
  'connection',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-internal',
  'transfer-encoding',
  'content-length',
  'x-envoy-original-path',
  'x-envoy-original-host',
  'x-forwarded-client-cert',
]);

/** What every backend answers with. */
const SENT = [['x-answer', 'plain']] as const;
/** Response headers that modifiers of the configurations name, or CORS; `x-backend`, which tells the backends apart, is not one of them. */
const MODIFIED = [
  'x-answer',
  'x-more',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
];

/**
 * Compares what the evaluator foretold with what a real Envoy answered: undefined when they agree, otherwise the difference in words.
 * `backendOf` tells which backend stands behind a cluster. @param deny the auth server that denies the request
 */
export function disagreement(
  evaluation: Evaluation,
  answer: Answer,
  backendOf: (cluster: string) => string | undefined,
  deny: string | undefined,
): string | undefined {
  const { outcome } = evaluation;
  const denier = deniedBy(evaluation, deny, backendOf);
  if (outcome.kind !== 'refused' && denier !== undefined)
    return isDenial(answer, denier) ? undefined : `foretold a denial by ${denier}, got ${seen(answer)}`;
  const backend = answer.headers['x-backend'];
  switch (outcome.kind) {
    case 'refused':
      return `foretold a refused connection, got ${answer.status}`;
    case 'respond':
      return respondedBy(outcome, answer)
        ? responseFault(answer, [], outcome.responseModifiers)
        : `foretold ${outcome.grpcStatus ?? outcome.status} (${outcome.message}), got ${seen(answer)}`;
    case 'preflight':
    case 'redirect':
      return answeredBy(outcome, answer);
    case 'forward': {
      const { echo } = answer;
      if (backend === undefined) {
        const deniers = outcome.shares.map((share) => shareDeniedBy(share, deny, backendOf));
        if (deniers.some((name) => name !== undefined && isDenial(answer, name))) return undefined;
        const answers = outcome.shares.flatMap((share, i) =>
          deniers[i] === undefined ? (share.answer ?? []) : [],
        );
        // What no backend answers at all has no header that a rule may set.
        const agrees = answers.some((own) =>
          own.kind === 'respond' ? respondedBy(own, answer) : answeredBy(own, answer) === undefined,
        );
        return agrees ? undefined : `foretold ${shares(outcome)}, got ${seen(answer)}`;
      }
      const reached = outcome.shares.filter(
        (share) =>
          share.answer === undefined &&
          share.cluster !== undefined &&
          backendOf(share.cluster) === backend &&
          shareDeniedBy(share, deny, backendOf) === undefined,
      );
      if (reached.length === 0) return `foretold ${shares(outcome)}, got ${seen(answer)}`;
      const headers = headersSeen(answer);
      const faults = reached.map((share) => {
        const fault =
          responseFault(answer, SENT, share.responseModifiers) ?? sessionFault(share.session, answer);
        // An answer to HEAD has no body to tell what the backend saw.
        if (fault !== undefined || echo === undefined) return fault;
        if (share.path !== echo.path) return `foretold path ${share.path}, the backend saw ${echo.path}`;
        if (share.host !== echo.host) return `foretold host ${share.host}, the backend saw ${echo.host}`;
        const wanted = new Map(share.headers.filter(([name]) => !ADDED.has(name)));
        const same =
          wanted.size === headers.size && [...wanted].every(([name, value]) => headers.get(name) === value);
        return same
          ? undefined
          : `foretold headers ${JSON.stringify([...wanted])}, the backend saw ${JSON.stringify([...headers])}`;
      });
      return faults.includes(undefined) ? undefined : faults[0];
    }
  }
}

/** As gRPC numbers them. */
const GRPC_STATUS = {
  UNKNOWN: 2,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  PERMISSION_DENIED: 7,
} as const;

/** Whether the proxy answered so by itself; a call is answered with 200, and a status of its own. */
function respondedBy(
  { status, grpcStatus }: Extract<Outcome, { kind: 'respond' | 'redirect' | 'preflight' }>,
  { status: answered, headers }: Answer,
): boolean {
  if (headers['x-backend'] !== undefined) return false;
  return grpcStatus === undefined
    ? answered === status && headers['grpc-status'] === undefined
    : answered === 200 && headers['grpc-status'] === String(GRPC_STATUS[grpcStatus]);
}

/** What the proxy answers by itself when a filter says so. */
function answeredBy(
  outcome: Extract<Outcome, { kind: 'preflight' | 'redirect' }>,
  answer: Answer,
): string | undefined {
  if (outcome.grpcStatus !== undefined)
    return respondedBy(outcome, answer) ? undefined : `foretold ${outcome.grpcStatus}, got ${seen(answer)}`;
  if (outcome.kind === 'preflight') {
    return answer.headers['x-backend'] === undefined && answer.status === outcome.status
      ? responseFault(answer, outcome.headers, [])
      : `foretold ${outcome.status} for a preflight, got ${seen(answer)}`;
  }
  return answer.status === outcome.status && answer.headers.location === outcome.location
    ? responseFault(answer, [], outcome.responseModifiers)
    : `foretold ${outcome.status} to ${outcome.location}, got ${answer.status} to ${answer.headers.location ?? 'nowhere'}`;
}

/** The response headers that modifiers of the configurations name: removed, then set, then added, one modifier after another. */
function responseFault(
  answer: Answer,
  sent: readonly (readonly [string, string])[],
  modifiers: readonly HeaderModifier[],
): string | undefined {
  const headers = new Map(sent.map(([name, value]) => [name, [value]]));
  for (const { remove, set, add } of modifiers) {
    for (const name of remove) headers.delete(name);
    for (const { name, value } of set) headers.set(name, [value]);
    for (const { name, value } of add) headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  for (const name of MODIFIED) {
    const wanted = headers.get(name)?.join(', ');
    const got = answer.headers[name];
    if (wanted !== got) return `foretold ${name}: ${wanted ?? 'absent'}, got ${String(got ?? 'absent')}`;
  }
  return undefined;
}

/** Names in lower case, repeated ones joined by a comma in their order, without what the proxy adds. */
function headersSeen({ echo }: Answer): Map<string, string> {
  const headers = new Map<string, string>();
  const raw = echo?.rawHeaders ?? [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (ADDED.has(name) || name.startsWith(':')) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? (raw[i + 1] ?? '') : `${before},${raw[i + 1] ?? ''}`);
  }
  return headers;
}

function seen({ status, headers, body }: Answer): string {
  const backend = headers['x-backend']?.toString();
  return backend === undefined ? `${status} ${body.slice(0, 80)}` : `${status} from ${backend}`;
}

function shares(outcome: Extract<Outcome, { kind: 'forward' }>): string {
  return outcome.shares.map(({ weight, cluster }) => `${cluster ?? '500'}×${weight}`).join(' ');
}
