import { memoByIdentity } from '../collections/index.js';
import { assertNever } from '../errors/index.js';
import { encodeField, type envoy } from '../proto/index.js';
import {
  areApart,
  failureStatus,
  securityPermit,
  type ActionModel,
  type ClusterModel,
  type Entrance,
  type MatchModel,
  type MirrorModel,
  type RuleEntry,
  type Share,
} from '../routing/index.js';
import { buildPart, type Owner, type Part, type Reference, type TakenRequests } from '../xds/index.js';
import { withCors } from './cors.js';
import { countEncoded } from './counters.js';
import { askingOf, guardOf, authsOf } from './external-auth.js';
import { withFilterConfig } from './filter-config.js';
import { headerMutations } from './header-modifiers.js';
import { routeName, routeOwner } from './names.js';
import { redirectAction } from './redirect.js';
import { forwarding } from './route-action.js';
import { routeMatch } from './route-match.js';
import { dependsOnScheme } from './session.js';
import { needsRoutes, shareRoutes } from './share-routes.js';

type Route = envoy.config.route.v3.Route;
type Forward = Extract<ActionModel, { kind: 'forward' }>;

/** What answers in place of a route that Envoy has rejected. */
function unusable(status: 500 | 503): Pick<Route, 'directResponse'> {
  return { directResponse: { status } };
}

/** A virtual host's only route when Envoy rejects one of its matches: its host answers 500, and nothing falls to a wider rule. */
export function unusableHost(owner: Owner): Part {
  return buildPart({
    key: 'unusable',
    bytes: encodeField('envoy.config.route.v3.VirtualHost', 'routes', {
      match: { prefix: '/' },
      ...unusable(500),
    }),
    references: [],
    owner,
  });
}

/** A virtual host's last route where requests are filtered that no rule takes. */
export function unmatched(owner: Owner): Part {
  return buildPart({
    key: 'unmatched',
    bytes: encodeField('envoy.config.route.v3.VirtualHost', 'routes', {
      match: { prefix: '/' },
      directResponse: { status: 404 },
    }),
    references: [],
    owner,
  });
}

/** A rule that has moved takes the same requests under another name. */
const takesOf = memoByIdentity((match: MatchModel): TakenRequests => {
  let key: string | undefined;
  const takes: TakenRequests = {
    get key() {
      return (key ??= JSON.stringify(match));
    },
    excludes: (others) => {
      const other = matches.get(others);
      return other !== undefined && areApart(match, other);
    },
  };
  matches.set(takes, match);
  return takes;
});

const matches = new WeakMap<TakenRequests, MatchModel>();

/** One match of one rule as a part of its virtual host, mostly one route; encoded once for all hosts it stands under. */
export const routePart = memoByIdentity(
  (entry: RuleEntry, entrance: Entrance): Part => {
    countEncoded('routes');
    const name = routeName(entry);
    const permits = permitsOf(entry);
    const match = routeMatch(entry.match);
    const owner = routeOwner(entry);
    const part = (
      routes: readonly Route[],
      needs: Pick<Part, 'references' | 'permits' | 'guard' | 'replacement' | 'without' | 'withoutPermits'>,
    ): Part =>
      buildPart({
        key: name,
        bytes: Buffer.concat(
          routes.map((route) => encodeField('envoy.config.route.v3.VirtualHost', 'routes', route)),
        ),
        owner,
        takes: takesOf(entry.match),
        ...needs,
      });
    const main = { name, match };
    const guard = guardOf(entry);
    // It guards, too: what it stands for is not to be got by.
    const refusal = [{ ...main, ...unusable(failureStatus(entry.match)) }];
    const replacement = part(refusal, { references: [], guard });
    const { routes, references } = routesOf(main, entry, entrance);
    const { action, auth } = entry;
    if (action.kind !== 'forward') return part(routes, { references, permits, guard, replacement });
    const without = (clusters: ReadonlySet<string>): Part => {
      if (auth !== undefined && clusters.has(auth.cluster.name)) return replacement;
      const rest = { ...entry, action: withoutClusters(action, clusters) };
      const left = routesOf(main, rest, entrance);
      return part(left.routes, {
        references: left.references,
        permits: permitsOf(rest),
        guard,
        replacement,
      });
    };
    const withoutPermits = (revoked: ReadonlySet<string>): Part => without(clustersRelyingOn(revoked, entry));
    return part(routes, { references, permits, guard, replacement, without, withoutPermits });
  },
  // Only a redirect and a cookie look at the way the request came in.
  ({ action }, { scheme, port }) =>
    redirects(action) ? `${scheme} ${port}` : setsCookies(action) ? scheme : '',
);

function redirects(action: ActionModel): boolean {
  return (
    action.kind === 'redirect' ||
    (action.kind === 'forward' && action.shares.some(({ filters }) => filters?.redirect !== undefined))
  );
}

function setsCookies(action: ActionModel): boolean {
  return action.kind === 'forward' && action.shares.some(({ session }) => dependsOnScheme(session));
}

function routesOf(
  main: Pick<Route, 'name' | 'match'>,
  entry: RuleEntry,
  entrance: Entrance,
): { readonly routes: readonly Route[]; readonly references: readonly Reference[] } {
  const { action, cors } = entry;
  if (action.kind === 'forward' && needsRoutes(action)) return shareRoutes(main, entry, action, entrance);
  const { specifier, references } = actionOf(entry, entrance);
  const asking = askingOf(entry.auth);
  const route = withFilterConfig({ ...main, ...specifier }, asking.filters);
  return {
    routes: cors === undefined ? [route] : withCors(route, cors, entry.match.method),
    references: [...references, ...asking.references],
  };
}

interface PermittedCluster {
  readonly cluster: ClusterModel;
  readonly permits: readonly string[];
}

/** Every cluster that requests can go to, and what that relies on: its settings too, which another policy may forbid. */
function permittedClusters(entry: RuleEntry): readonly PermittedCluster[] {
  const used = [...usedOf(entry.action), ...authsOf(entry)];
  return used.map(({ cluster, permit }) => ({
    cluster,
    permits: [...(permit === undefined ? [] : [permit]), securityPermit(cluster)],
  }));
}

/** Shares and mirrors. */
function usedOf(action: ActionModel): readonly Pick<MirrorModel, 'cluster' | 'permit'>[] {
  if (action.kind !== 'forward') return [];
  const shares = action.shares.filter(({ weight }) => weight > 0);
  const targets = shares.flatMap(({ target, permit }) =>
    target.kind === 'cluster' ? [{ cluster: target.cluster, permit }] : [],
  );
  return [...targets, ...action.mirrors, ...shares.flatMap(({ filters }) => filters?.mirrors ?? [])];
}

function permitsOf(entry: RuleEntry): readonly string[] | undefined {
  const permits = new Set(permittedClusters(entry).flatMap((each) => each.permits));
  return permits.size === 0 ? undefined : [...permits];
}

function clustersRelyingOn(revoked: ReadonlySet<string>, entry: RuleEntry): ReadonlySet<string> {
  const relying = permittedClusters(entry).filter(({ permits }) => permits.some((each) => revoked.has(each)));
  return new Set(relying.map(({ cluster }) => cluster.name));
}

/** The shares of these clusters answer an error, as unresolved ones do (DESIGN D11), and have no filters; mirrors get nothing. */
function withoutClusters(action: Forward, clusters: ReadonlySet<string>): Forward {
  const left = (mirrors: readonly MirrorModel[]): readonly MirrorModel[] =>
    mirrors.filter(({ cluster }) => !clusters.has(cluster.name));
  const shares = action.shares.map((share): Share => {
    const { target, filters } = share;
    const isAsked = filters?.auth !== undefined && clusters.has(filters.auth.cluster.name);
    if (target.kind !== 'cluster' || (!clusters.has(target.cluster.name) && !isAsked)) {
      return filters === undefined
        ? share
        : { ...share, filters: { ...filters, mirrors: left(filters.mirrors) } };
    }
    const refusal = { accepted: false, reason: 'RejectedByProxy', message: '', at: '' } as const;
    return { ...share, session: undefined, filters: undefined, target: { kind: 'unresolved', refusal } };
  });
  return { ...action, shares, mirrors: left(action.mirrors) };
}

function actionOf(
  entry: RuleEntry,
  entrance: Entrance,
): { readonly specifier: Route; readonly references: readonly Reference[] } {
  const { action, responseHeaders } = entry;
  switch (action.kind) {
    case 'forward': {
      const { action: route, beside, references } = forwarding(action, entry, entrance.scheme);
      return { specifier: { route, ...beside }, references };
    }
    case 'redirect':
      return {
        specifier: { redirect: redirectAction(action, entrance), ...headerMutations([], [responseHeaders]) },
        references: [],
      };
    case 'respond':
      return {
        specifier: { directResponse: { status: action.status }, ...headerMutations([], [responseHeaders]) },
        references: [],
      };
    default:
      return assertNever(action);
  }
}
