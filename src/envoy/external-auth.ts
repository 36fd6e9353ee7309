import { any, type envoy, type google } from '../proto/index.js';
import {
  securityPermit,
  type AuthModel,
  type HttpAuth,
  type ListenerFilters,
  type RuleEntry,
  type Share,
} from '../routing/index.js';
import type { Part, Reference } from '../xds/index.js';
import { AUTH } from './defaults.js';
import { duration } from './duration.js';
import type { FilterConfig } from './filter-config.js';
import { AUTH_SLOTS } from './names.js';

type ExtAuthz = envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
type ListStringMatcher = envoy.type.matcher.v3.ListStringMatcher;
type HeaderMutationRules = envoy.config.common.mutation_rules.v3.HeaderMutationRules;

/** Milliseconds; after it a server that has not answered has failed. */
const TIMEOUT_MS = 5_000;

/** Where in the life of a request the server is asked: before routing it may change what routes match on. */
type AuthStage = 'beforeRouting' | 'ofRoute';

/** What a route or virtual host has for the slots of external auth. */
export interface Asking {
  readonly filters: FilterConfig;
  readonly references: readonly Reference[];
}

/** On a route: by its rule, then by the backendRef for whose share it stands. */
export function askingOf(rule: AuthModel | undefined, backendRef?: AuthModel): Asking {
  return asking(
    [
      [AUTH_SLOTS.rule, rule],
      [AUTH_SLOTS.backendRef, backendRef],
    ],
    'ofRoute',
  );
}

/** On a virtual host: what its listener asks of every request. */
export function askingOfListener({ auth }: ListenerFilters): Asking {
  return asking(
    AUTH_SLOTS.listener.map((slot, index) => [slot, auth[index]]),
    'beforeRouting',
  );
}

function asking(
  slots: readonly (readonly [slot: string, auth: AuthModel | undefined])[],
  stage: AuthStage,
): Asking {
  const taken = slots.flatMap(([slot, auth]) => (auth === undefined ? [] : [{ slot, auth }]));
  return {
    filters: Object.fromEntries(taken.map(({ slot, auth }) => [slot, askingFor(auth, stage)])),
    references: taken.map(({ auth }) => ({ type: 'cluster', name: auth.cluster.name })),
  };
}

/** What requests of a rule have to pass, as a text that is another one when it changes; undefined: nothing. */
export function guardOf(entry: RuleEntry): Part['guard'] {
  if (entry.action.kind === 'respond' && entry.action.unasked) return UNASKED;
  const shares = sharesOf(entry).map((share) => ({
    to: targetOf(share),
    asked: contentOfShare(share) ?? null,
  }));
  const kinds = new Set(shares.map(({ asked }) => JSON.stringify(asked)));
  const asksShares = kinds.size > 1 || (kinds.size === 1 && !kinds.has('null'));
  if (entry.auth === undefined && !asksShares) return undefined;
  // How many shares ask the same, or nobody, makes no difference; where they differ it does which of them ask.
  const ofShares =
    kinds.size > 1 ? shares.map((share) => JSON.stringify(share)) : asksShares ? [...kinds] : [];
  return JSON.stringify([contentOf(entry.auth) ?? null, ...ofShares.sort()]);
}

function targetOf({ target }: Share): string {
  return target.kind === 'cluster' ? target.cluster.name : '';
}

/** Nothing is let through while a server that is to be asked cannot be: neither is it by an earlier version that asked nobody. */
const UNASKED = 'unasked';

function contentOfShare({ filters, unasked }: Share): unknown {
  return unasked ? UNASKED : contentOf(filters?.auth);
}

export function guardOfListener({ auth, fault }: ListenerFilters): Part['guard'] {
  if (fault !== undefined) return UNASKED;
  return auth.length === 0 ? undefined : JSON.stringify(auth.map(contentOf));
}

function contentOf(auth: AuthModel | undefined): unknown {
  return auth && [auth.cluster.name, auth.asks, auth.maxBodyBytes];
}

/** Those of weight 0 left out. */
function sharesOf({ action }: RuleEntry): readonly Share[] {
  return action.kind === 'forward' ? action.shares.filter(({ weight }) => weight > 0) : [];
}

/** Every server that requests of the rule may have to pass. */
export function authsOf(entry: RuleEntry): readonly AuthModel[] {
  return [entry.auth, ...sharesOf(entry).map(({ filters }) => filters?.auth)].filter(
    (auth) => auth !== undefined,
  );
}

export function permitsOfListener({ auth }: ListenerFilters): readonly string[] | undefined {
  return auth.length === 0 ? undefined : permitsOf(auth);
}

function permitsOf(auths: readonly AuthModel[]): readonly string[] {
  return auths.flatMap(({ cluster, permit }) => [
    securityPermit(cluster),
    ...(permit === undefined ? [] : [permit]),
  ]);
}

/**
 * What makes a slot for external auth (an empty composite filter) ask this server, on the virtual host or route that carries it. A slot takes one
 * server: of a list in one slot Envoy asks the first alone (docs/decisions/0023-external-auth.md). Source: HTTPExternalAuthFilter.
 */
function askingFor(auth: AuthModel, stage: AuthStage): google.protobuf.Any {
  return any('envoy.extensions.filters.http.composite.v3.CompositePerRoute', {
    matcher: {
      onNoMatch: {
        action: {
          name: 'ask',
          typedConfig: any('envoy.extensions.filters.http.composite.v3.ExecuteFilterAction', {
            typedConfig: { name: 'ext_authz', typedConfig: any(AUTH.message, extAuthz(auth, stage)) },
          }),
        },
      },
    },
  });
}

function extAuthz(auth: AuthModel, stage: AuthStage): ExtAuthz {
  const { asks, maxBodyBytes } = auth;
  return {
    ...AUTH.values,
    ...(asks.kind === 'grpc'
      ? {
          grpcService: {
            envoyGrpc: { clusterName: auth.cluster.name, authority: authorityOf(auth) },
            timeout: duration(TIMEOUT_MS),
          },
        }
      : { httpService: httpService(auth, asks) }),
    // Without a list all are shown by gRPC; by HTTP those that always are.
    ...(asks.requestHeaders !== 'all' &&
      asks.requestHeaders.length > 0 && { allowedHeaders: among(asks.requestHeaders) }),
    ...(maxBodyBytes > 0 && { withRequestBody: { maxRequestBytes: maxBodyBytes, packAsBytes: true } }),
    ...(stage === 'beforeRouting' && { clearRouteCache: true }),
    decoderHeaderMutationRules: mutations(asks, stage),
  };
}

function httpService(
  auth: AuthModel,
  { pathPrefix, responseHeaders }: HttpAuth,
): envoy.extensions.filters.http.ext_authz.v3.HttpService {
  return {
    serverUri: {
      uri: `http://${authorityOf(auth)}`,
      cluster: auth.cluster.name,
      timeout: duration(TIMEOUT_MS),
    },
    ...(pathPrefix !== '' && { pathPrefix }),
    authorizationResponse: {
      allowedUpstreamHeaders:
        responseHeaders === 'all' ? { patterns: [{ safeRegex: { regex: '.*' } }] } : among(responseHeaders),
    },
  };
}

/** A cluster's name has underscores, which some servers do not take for a host. By HTTP the server sees the client's. */
function authorityOf({ cluster: { backend, tls } }: AuthModel): string {
  return tls?.hostname ?? `${backend.name}.${backend.namespace}`;
}

function among(names: readonly string[]): ListStringMatcher {
  return { patterns: names.map((name) => ({ exact: name })) };
}

/**
 * The message itself, the host and pseudo-headers but for method and path. Others of a proxy's own (`x-envoy-*`) never change either. An Envoy that
 * others configure takes an expression whose program has at most 100 instructions.
 */
const FIXED = ':(?:[^mp]|pr).*|host|te|(?:proxy-)?connection|keep-.*|trailer|transfer-.*|upgrade|content-.*';

/** What a server asks for beyond them is ignored. Method and path are changed by gRPC alone: an HTTP answer has none. */
function mutations(asks: AuthModel['asks'], stage: AuthStage): HeaderMutationRules {
  const mayRoute = asks.kind === 'grpc' && stage === 'beforeRouting';
  return {
    disallowExpression: { regex: FIXED },
    ...(mayRoute ? { allowAllRouting: { value: true } } : { disallowSystem: { value: true } }),
  };
}
