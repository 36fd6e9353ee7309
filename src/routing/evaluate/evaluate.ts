import { failureStatus } from '../failure-status.js';
import type { ActionModel, Fleet, HeaderModifier, RedirectModel, RuleEntry, Share } from '../model.js';
import { settingsOfShare } from '../share-settings.js';
import { chooseChain, chooseTable, chooseVirtualHost, isMisdirected } from './choose.js';
import { corsModifiers, preflightOutcome } from './cors.js';
import type { Evaluation, ForwardShare, NearMiss, Outcome, RequestModel } from './evaluation.js';
import { grpcStatusOf } from './grpc.js';
import { normalizePath, splitQuery } from './normalize-path.js';
import { redirectLocation, splitAuthority } from './redirect-location.js';
import { missOf, type ArrivedRequest } from './request-match.js';
import { modifyHeaders, rewritePath } from './rewrite.js';

const NOTHING = {
  listener: undefined,
  table: undefined,
  virtualHost: undefined,
  rule: undefined,
  auth: [],
  nearMisses: [],
};

/** What the request would meet at the fleet's proxies, and what it would miss on the way. */
export function evaluate(fleet: Fleet, request: RequestModel): Evaluation {
  const port = fleet.ports.find((p) => p.port === request.port && p.protocol !== 'UDP');
  if (port === undefined) return refused(`nothing listens on port ${request.port}`);
  if ((port.protocol === 'HTTPS') !== (request.scheme === 'https')) {
    return refused(`port ${request.port} speaks ${port.protocol}`);
  }
  const chain = chooseChain(port, request.sni);
  if (chain !== undefined) return { ...refused(handedOn(request.sni)), listener: chain.listener };
  const table = chooseTable(port, request.sni);
  if (table === undefined)
    return refused(`no listener of port ${request.port} takes server name ${request.sni ?? '(none)'}`);
  if (request.clientCertificate !== undefined && table.listener?.clientValidation?.mode === 'AllowValidOnly')
    return refused(`listener ${table.listener.name} takes clients with a valid certificate only`);
  const consulted = { ...NOTHING, listener: table.listener?.name, table: table.name };
  const path = normalizePath(request.path);
  const respond = responding(headersOf(request));
  if (path === undefined) return { ...consulted, outcome: respond(400, 'the path is not valid') };

  const virtualHost = chooseVirtualHost(table, splitAuthority(request.host).name);
  if (virtualHost === undefined)
    return { ...consulted, outcome: respond(404, 'no listener or route has this host') };
  const { filters } = virtualHost;
  const owned = {
    ...consulted,
    listener: virtualHost.listener,
    virtualHost: virtualHost.domain,
    auth: filters.auth.map(({ cluster }) => cluster.name),
  };
  if (filters.fault !== undefined) return { ...owned, outcome: respond(500, filters.fault) };
  const arrived = { ...splitQuery(path), method: request.method, headers: headersOf(request) };
  const nearMisses: NearMiss[] = [];
  if (isMisdirected(virtualHost, splitAuthority(request.host).name))
    return { ...owned, nearMisses, outcome: respond(421, 'another listener of the port has this host') };
  for (const rule of virtualHost.rules) {
    const miss = missOf(rule.match, arrived);
    if (miss === undefined) {
      const outcome = outcomeOf(rule, request, path, arrived, respond);
      const asked = rule.auth === undefined || isPreflight(outcome) ? [] : [rule.auth.cluster.name];
      return { ...owned, rule, nearMisses, auth: [...owned.auth, ...asked], outcome };
    }
    nearMisses.push({ rule, ...miss });
  }
  return { ...owned, nearMisses, outcome: respond(404, 'no rule matches') };
}

/** Answered before anyone is asked. */
function isPreflight(outcome: Outcome): boolean {
  if (outcome.kind !== 'forward') return outcome.kind === 'preflight';
  return outcome.shares.every(({ answer }) => answer?.kind === 'preflight');
}

function handedOn(sni = '(none)'): string {
  return `connections for server name ${sni} are handed on as they are`;
}

function refused(message: string): Evaluation {
  return { ...NOTHING, outcome: { kind: 'refused', message } };
}

type Respond = (
  status: 400 | 404 | 421 | 500 | 503,
  message: string,
  responseModifiers?: readonly HeaderModifier[],
) => Extract<Outcome, { kind: 'respond' }>;

function responding(headers: ArrivedRequest['headers']): Respond {
  return (status, message, responseModifiers = []) => {
    const grpcStatus = grpcStatusOf(status, headers);
    return { kind: 'respond', status, grpcStatus, message, responseModifiers };
  };
}

function headersOf(request: RequestModel): ArrivedRequest['headers'] {
  const headers = new Map<string, readonly string[]>([['host', [request.host]]]);
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase();
    if (key !== 'host') headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  return headers;
}

function outcomeOf(
  rule: RuleEntry,
  request: RequestModel,
  pathAndQuery: string,
  arrived: ArrivedRequest,
  respond: Respond,
): Outcome {
  const { action } = rule;
  const preflight = preflightOutcome(rule.cors, arrived);
  const ownCors =
    action.kind === 'forward' &&
    action.shares.some(({ weight, filters }) => weight > 0 && filters?.cors !== undefined);
  if (preflight !== undefined && !ownCors) return preflight;
  const responseModifiers = [rule.responseHeaders, ...corsModifiers(rule.cors, arrived)];
  switch (action.kind) {
    case 'respond':
      return respond(action.status, action.reason, responseModifiers);
    case 'redirect':
      return redirectOutcome(action, request, pathAndQuery, arrived, responseModifiers);
    case 'forward':
      return {
        kind: 'forward',
        shares: action.shares
          .filter(({ weight }) => weight > 0)
          .map((share) => shareOf(rule, action, share, request, pathAndQuery, arrived, respond)),
        requestTimeoutMs: action.requestTimeoutMs,
        backendTimeoutMs: action.backendTimeoutMs,
        retry: action.retry,
      };
  }
}

function redirectOutcome(
  redirect: RedirectModel,
  request: RequestModel,
  pathAndQuery: string,
  { headers }: ArrivedRequest,
  responseModifiers: readonly HeaderModifier[],
): Extract<Outcome, { kind: 'redirect' }> {
  const { status } = redirect;
  const location = redirectLocation(redirect, request, request.host, pathAndQuery);
  return { kind: 'redirect', status, grpcStatus: grpcStatusOf(status, headers), location, responseModifiers };
}

function shareOf(
  rule: RuleEntry,
  action: Extract<ActionModel, { kind: 'forward' }>,
  share: Share,
  request: RequestModel,
  pathAndQuery: string,
  arrived: ArrivedRequest,
  respond: Respond,
): ForwardShare {
  const { redirect, hostRewrite, pathRewrite, mirrors, cors, auth } = settingsOfShare(rule, action, share);
  const preflight = preflightOutcome(cors, arrived);
  const headers = modifyHeaders(arrived.headers, [rule.requestHeaders, share.requestHeaders]);
  const responseModifiers = [rule.responseHeaders, share.responseHeaders, ...corsModifiers(cors, arrived)];
  return {
    weight: share.weight,
    cluster: share.target.kind === 'cluster' ? share.target.cluster.name : undefined,
    auth: preflight === undefined ? auth?.cluster.name : undefined,
    answer:
      preflight ??
      (redirect && redirectOutcome(redirect, request, pathAndQuery, arrived, responseModifiers)) ??
      (share.target.kind === 'unresolved'
        ? respond(failureStatus(rule.match), share.target.refusal.message, responseModifiers)
        : undefined),
    session: share.session,
    host: hostRewrite ?? request.host,
    path: rewritePath(pathRewrite, pathAndQuery),
    headers: [...headers]
      .filter(([name]) => name !== 'host')
      .map(([name, values]) => [name, values.join(',')] as const),
    mirrors: mirrors.map(({ cluster: { name }, perMillion }) => ({ cluster: name, perMillion })),
    responseModifiers,
  };
}
