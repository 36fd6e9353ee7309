import { assertNever } from '../errors/index.js';
import { encodeField, type envoy } from '../proto/index.js';
import {
  failureStatus,
  securityPermit,
  type ActionModel,
  type ClusterModel,
  type Entrance,
  type MirrorModel,
  type RuleEntry,
  type Share,
} from '../routing/index.js';
import { buildPart, type Owner, type Part, type Reference } from '../xds/index.js';
import { withCors } from './cors.js';
import { countEncoded } from './counters.js';
import { headerMutations } from './header-modifiers.js';
import { memoByIdentity } from './memo.js';
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
      needs: Pick<Part, 'references' | 'permits' | 'replacement' | 'without' | 'withoutPermits'>,
    ): Part =>
      buildPart({
        key: name,
        bytes: Buffer.concat(
          routes.map((route) => encodeField('envoy.config.route.v3.VirtualHost', 'routes', route)),
        ),
        owner,
        ...needs,
      });
    const main = { name, match };
    const replacement = part([{ ...main, ...unusable(failureStatus(entry.match)) }], { references: [] });
    const { routes, references } = routesOf(main, entry, entrance);
    const { action } = entry;
    if (action.kind !== 'forward') return part(routes, { references, permits, replacement });
    const without = (clusters: ReadonlySet<string>): Part => {
      const rest = { ...entry, action: withoutClusters(action, clusters) };
      const left = routesOf(main, rest, entrance);
      return part(left.routes, { references: left.references, permits: permitsOf(rest), replacement });
    };
    const withoutPermits = (revoked: ReadonlySet<string>): Part =>
      without(clustersRelyingOn(revoked, action));
    return part(routes, { references, permits, replacement, without, withoutPermits });
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
  const route = { ...main, ...specifier };
  return { routes: cors === undefined ? [route] : withCors(route, cors, entry.match.method), references };
}

interface PermittedCluster {
  readonly cluster: ClusterModel;
  readonly permits: readonly string[];
}

/** Every cluster that requests can go to, and what that relies on: its settings too, which another policy may forbid. */
function permittedClusters({ shares, mirrors }: Forward): readonly PermittedCluster[] {
  const used = shares.filter(({ weight }) => weight > 0);
  const targets = used.flatMap(({ target, permit }) =>
    target.kind === 'cluster' ? [{ cluster: target.cluster, permit }] : [],
  );
  const copies = [...mirrors, ...used.flatMap(({ filters }) => filters?.mirrors ?? [])];
  return [...targets, ...copies].map(({ cluster, permit }) => ({
    cluster,
    permits: [...(permit === undefined ? [] : [permit]), securityPermit(cluster)],
  }));
}

function permitsOf({ action }: RuleEntry): readonly string[] | undefined {
  if (action.kind !== 'forward') return undefined;
  const permits = new Set(permittedClusters(action).flatMap((each) => each.permits));
  return permits.size === 0 ? undefined : [...permits];
}

function clustersRelyingOn(revoked: ReadonlySet<string>, action: Forward): ReadonlySet<string> {
  const relying = permittedClusters(action).filter(({ permits }) =>
    permits.some((each) => revoked.has(each)),
  );
  return new Set(relying.map(({ cluster }) => cluster.name));
}

/** The shares of these clusters answer an error, as unresolved ones do (DESIGN D11), and have no filters; mirrors get nothing. */
function withoutClusters(action: Forward, clusters: ReadonlySet<string>): Forward {
  const left = (mirrors: readonly MirrorModel[]): readonly MirrorModel[] =>
    mirrors.filter(({ cluster }) => !clusters.has(cluster.name));
  const shares = action.shares.map((share): Share => {
    const { target } = share;
    if (target.kind !== 'cluster' || !clusters.has(target.cluster.name)) {
      const { filters } = share;
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
