import { refOf, type HttpRouteRule, type Route } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { permitOfBackend, resolveBackend, type BackendOptions } from './backends.js';
import type { Checks } from './checks.js';
import { failureStatus } from './failure-status.js';
import { translateFilters, type FilterContext, type FilterEffect } from './filters/index.js';
import type { TranslatedMatch } from './matches.js';
import { NO_HEADERS, type ActionModel, type Refusal, type RuleEntry, type Share } from './model.js';
import { messagesOf } from './refusals.js';
import { translateRetry, type Retry } from './retry.js';
import { translateSession } from './session.js';
import { translateShares } from './shares.js';
import { translateTimeouts, type Timeouts } from './timeouts.js';

export interface RuleOptions extends BackendOptions {
  readonly checks: Checks;
}

/** What rules of routes of every kind may hold, apart from their matches. */
export type RuleSpec = Omit<HttpRouteRule, 'matches'>;

/** One rule of a route: an entry for each of its matches. */
export interface TranslatedRule {
  readonly entries: readonly { readonly entry: RuleEntry; readonly score: number }[];
  /** Why the whole rule answers an error: it holds something that cannot be honoured. */
  readonly refusals: readonly Refusal[];
  /** References that do not resolve: shares answer an error, mirrors get nothing. */
  readonly unresolved: readonly Refusal[];
}

export function translateRule(
  route: Route,
  rule: number,
  spec: RuleSpec,
  matches: readonly TranslatedMatch[],
  reads: Reads,
  options: RuleOptions,
): TranslatedRule {
  const at = `spec.rules[${rule}]`;
  const backends: Pick<FilterContext, 'resolve' | 'permitOf'> = {
    resolve: (ref, place, http2) => resolveBackend(ref, route, place, reads, options, http2),
    permitOf: (ref) => permitOfBackend(ref, route),
  };
  const timeouts = translateTimeouts(spec, at);
  const retry = translateRetry(spec, at);
  const session =
    spec.sessionPersistence && translateSession(spec.sessionPersistence, `${at}.sessionPersistence`);
  const unsupported = session !== undefined && 'accepted' in session ? [session] : [];
  const common = [...unsupported, ...timeouts.refusals, ...retry.refusals];
  const sessions = {
    route: refOf(route),
    name: spec.name ?? String(rule),
    settings: session === undefined || 'accepted' in session ? undefined : session,
  };
  const translated = matches.map((match) => {
    const context = { at, match: match.match, ...backends };
    const { shares, ...ofShares } = translateShares(route, spec, context, sessions, reads, options);
    const { effect, refusals: ofRule } = translateFilters(spec.filters ?? [], context);
    const unresolved = [...unresolvedOf(shares), ...ofShares.unresolved, ...(effect.unresolved ?? [])];
    return {
      match,
      effect,
      shares,
      unresolved,
      refusals: [...match.refusals, ...ofShares.refusals, ...ofRule],
    };
  });
  // What is wrong with one match is wrong with the rule: half a rule is not what its author meant.
  const refusals = distinct([...common, ...translated.flatMap((t) => t.refusals)]);
  const entries = translated.map(({ match, effect, shares }, matchIndex) => ({
    score: match.score,
    entry: {
      route: refOf(route),
      rule,
      matchIndex,
      ruleName: spec.name,
      match: match.match,
      ...(refusals.length > 0
        ? refusedAction(refusals, failureStatus(match.match), asksAnybody(spec))
        : actionOf(effect, shares, { ...timeouts, ...retry }, failureStatus(match.match))),
    },
  }));
  // A reference that resolves to something that a policy forbids does resolve.
  const unresolved = distinct(translated.flatMap((t) => t.unresolved)).filter(({ by }) => by === undefined);
  return { entries, refusals, unresolved };
}

function unresolvedOf(shares: readonly Share[]): readonly Refusal[] {
  return shares.flatMap(({ target }) => (target.kind === 'unresolved' ? [target.refusal] : []));
}

type Action = Pick<RuleEntry, 'action' | 'auth' | 'cors' | 'requestHeaders' | 'responseHeaders'>;

/** Whether a server is to decide about some of its requests. */
function asksAnybody({ filters = [], backendRefs = [] }: RuleSpec): boolean {
  return [filters, ...backendRefs.map((ref) => ref.filters ?? [])].flat().some(isAuth);
}

function isAuth({ type }: { readonly type: string }): boolean {
  return type === 'ExternalAuth';
}

function refusedAction(refusals: readonly Refusal[], status: 500 | 503, unasked: boolean): Action {
  const reason = messagesOf(refusals);
  const action: ActionModel = { kind: 'respond', status, reason, ...(unasked && { unasked }) };
  return {
    action,
    auth: undefined,
    cors: undefined,
    requestHeaders: NO_HEADERS,
    responseHeaders: NO_HEADERS,
  };
}

function actionOf(
  effect: FilterEffect,
  shares: readonly Share[],
  limits: Timeouts & Retry,
  failure: 500 | 503,
): Action {
  const around = {
    auth: effect.auth,
    cors: effect.cors,
    requestHeaders: effect.requestHeaders ?? NO_HEADERS,
    responseHeaders: effect.responseHeaders ?? NO_HEADERS,
  };
  if (effect.redirect !== undefined && effect.authFault === undefined)
    return { action: effect.redirect, ...around };
  const fault = effect.authFault === undefined ? sharesFault(shares) : messagesOf([effect.authFault]);
  const unasked = effect.authFault !== undefined || shares.some((share) => share.unasked);
  const action: ActionModel =
    fault === undefined
      ? {
          kind: 'forward',
          shares,
          mirrors: effect.mirrors ?? [],
          hostRewrite: effect.hostRewrite,
          pathRewrite: effect.pathRewrite,
          requestTimeoutMs: limits.requestTimeoutMs,
          backendTimeoutMs: limits.backendTimeoutMs,
          retry: limits.retry,
        }
      : { kind: 'respond', status: failure, reason: fault, ...(unasked && { unasked }) };
  return { action, ...around };
}

/** Why no request can be forwarded at all (DESIGN D11). */
function sharesFault(shares: readonly Share[]): string | undefined {
  if (shares.length === 0) return 'the rule has no backendRefs';
  const effective = shares.filter(({ weight }) => weight > 0);
  if (effective.length === 0) return 'all backendRefs of the rule have weight 0';
  const unresolved = unresolvedOf(effective);
  return unresolved.length === effective.length ? messagesOf(unresolved) : undefined;
}

function distinct(refusals: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refusals.map((r) => [`${r.at} ${r.message}`, r])).values()];
}
