import type { Listener, ListenerFilter } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { permitOfBackend, resolveBackend, type BackendOptions, type Referrer } from './backends.js';
import { translateExternalAuth, type TranslatedAuth } from './external-auth.js';
import { NO_FILTERS, type AuthModel, type ListenerFilters, type Refusal } from './model.js';
import { messagesOf, refusal } from './refusals.js';

// What acts on every request of a listener before a route is chosen. Source: Gateway API, ListenerFilters.

export interface AnalysedFilters {
  readonly filters: ListenerFilters;
  /** Why the listener is not accepted. */
  readonly refused: Refusal | undefined;
  /** References that do not resolve: all its requests answer an error. */
  readonly unresolved: readonly Refusal[];
}

/**
 * @param owner what the listener stands in
 * @param at field path of the listener
 */
export function analyseFilters(
  listener: Listener,
  owner: Referrer,
  at: string,
  reads: Reads,
  options: BackendOptions,
): AnalysedFilters {
  const requests = listener.filters?.requests ?? [];
  if (requests.length === 0) return { filters: NO_FILTERS, refused: undefined, unresolved: [] };
  const place = `${at}.filters`;
  // Of a Gateway the schema says so, of a ListenerSet it does not.
  if (listener.protocol !== 'HTTP' && listener.protocol !== 'HTTPS') {
    const message = `filters act on HTTP requests, and protocol ${listener.protocol} has none`;
    return {
      filters: NO_FILTERS,
      refused: refusal('InvalidListenerFilter', message, place),
      unresolved: [],
    };
  }
  const auth: AuthModel[] = [];
  const refused: Refusal[] = [];
  const unresolved: Refusal[] = [];
  for (const [index, filter] of requests.entries()) {
    const translated = translate(filter, owner, `${place}.requests[${index}]`, reads, options);
    if (translated.kind === 'auth') auth.push(translated.auth);
    else if (translated.kind === 'refused') refused.push(translated.refusal);
    else unresolved.push(asReference(translated.refusal));
  }
  const fault = unresolved.length === 0 ? undefined : messagesOf(unresolved);
  // One that is missing is not passed over by those after it: with a fault none is asked.
  return { filters: { auth: fault === undefined ? auth : [], fault }, refused: refused[0], unresolved };
}

function translate(
  filter: ListenerFilter,
  owner: Referrer,
  at: string,
  reads: Reads,
  options: BackendOptions,
): TranslatedAuth {
  switch (filter.type) {
    case 'ExternalAuth':
      return translateExternalAuth(filter.externalAuth, {
        at,
        resolve: (ref, place, http2) => resolveBackend(ref, owner, place, reads, options, http2),
        permitOf: (ref) => permitOfBackend(ref, owner),
      });
    case 'ExtensionRef': {
      const { kind, group } = filter.extensionRef;
      const message = `a filter of kind ${kind}.${group} is not supported here`;
      return { kind: 'refused', refusal: refusal('UnsupportedValue', message, `${at}.extensionRef`) };
    }
  }
}

/** A listener has one reason for all references that do not resolve, but for those that are not granted. */
function asReference(unresolved: Refusal): Refusal {
  return unresolved.reason === 'RefNotPermitted'
    ? unresolved
    : { ...unresolved, reason: 'InvalidListenerFilterRef' };
}
