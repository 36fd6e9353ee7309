import { envoy } from '../proto/index.js';
import {
  failureStatus,
  type ActionModel,
  type Entrance,
  type MirrorModel,
  type PathRewrite,
  type RuleEntry,
  type Share,
} from '../routing/index.js';
import { RESERVED_CLUSTER, type Reference } from '../xds/index.js';
import { filterConfigField, type FilterConfig } from './filter-config.js';
import { changesNothing, headerMutations, type HeaderMutations } from './header-modifiers.js';
import { mirrorPolicies, type Draw } from './mirror.js';
import { prefixRewrite, type PrefixRewrite } from './path-rewrite.js';
import { responseScript, type ResponseScript } from './response-script.js';
import { retryPolicy } from './retry.js';
import { sessionConfig } from './session.js';
import { timeouts } from './timeouts.js';

type RouteAction = envoy.config.route.v3.RouteAction;
type Forward = Extract<ActionModel, { kind: 'forward' }>;

/** What of the rule stands around the shares. */
type Around = Pick<RuleEntry, 'match' | 'requestHeaders' | 'responseHeaders'>;

/** A forwarding route: its action, and what belongs beside it. */
export interface Forwarding {
  readonly action: RouteAction;
  readonly beside: HeaderMutations & ReturnType<typeof filterConfigField>;
  readonly references: readonly Reference[];
}

/**
 * Shares of weight 0 are left out. One share without modifiers is a plain `cluster`; otherwise the clusters are weighted, and when any share
 * modifies headers, every share carries the rule's modifiers too, so that they come first.
 */
export function forwarding(
  forward: Forward,
  rule: Around,
  scheme: Entrance['scheme'],
  draw: Draw = 'byMillionths',
): Forwarding {
  const shares = forward.shares.filter(({ weight }) => weight > 0);
  const perShare = shares.some(
    ({ requestHeaders, responseHeaders }) =>
      !changesNothing(requestHeaders) || !changesNothing(responseHeaders),
  );
  const [first, ...others] = shares;
  const single = first !== undefined && others.length === 0 && !perShare;
  const clusterSpecifier = single
    ? { cluster: clusterName(first) }
    : {
        weightedClusters: {
          clusters: shares.map((share) => clusterWeight(share, scheme, perShare ? rule : undefined)),
        },
      };
  const unresolved = shares.some(({ target }) => target.kind === 'unresolved');
  return {
    action: {
      ...clusterSpecifier,
      // Only here: a cluster that is merely not there yet answers 503, which is Envoy's default.
      ...(unresolved &&
        failureStatus(rule.match) === 500 && {
          clusterNotFoundResponseCode:
            envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR,
        }),
      ...(forward.mirrors.length > 0 && { requestMirrorPolicies: mirrorPolicies(forward.mirrors, draw) }),
      ...pathRewrite(forward.pathRewrite),
      ...(forward.hostRewrite !== undefined && { hostRewriteLiteral: forward.hostRewrite }),
      ...timeouts(forward),
      ...(forward.retry !== undefined && {
        retryPolicy: retryPolicy(forward.retry, forward.backendTimeoutMs),
      }),
    },
    beside: besides(
      perShare ? {} : headerMutations([rule.requestHeaders], [rule.responseHeaders]),
      responseScript(forward),
      single ? sessionConfig(first.session, scheme) : {},
    ),
    references: references(shares, forward.mirrors),
  };
}

function besides(
  headers: HeaderMutations,
  script: ResponseScript,
  session: FilterConfig,
): Forwarding['beside'] {
  const responseHeadersToAdd = [...(headers.responseHeadersToAdd ?? []), ...script.responseHeadersToAdd];
  return {
    ...headers,
    ...(responseHeadersToAdd.length > 0 && { responseHeadersToAdd }),
    ...filterConfigField({ ...script.filters, ...session }),
  };
}

function clusterName({ target }: Share): string {
  return target.kind === 'cluster' ? target.cluster.name : RESERVED_CLUSTER;
}

function clusterWeight(
  share: Share,
  scheme: Entrance['scheme'],
  rule: Around | undefined,
): envoy.config.route.v3.WeightedCluster.ClusterWeight {
  return {
    name: clusterName(share),
    weight: { value: share.weight },
    ...(share.session !== undefined && { typedPerFilterConfig: sessionConfig(share.session, scheme) }),
    ...(rule &&
      headerMutations(
        [rule.requestHeaders, share.requestHeaders],
        [rule.responseHeaders, share.responseHeaders],
      )),
  };
}

function references(shares: readonly Share[], mirrors: readonly MirrorModel[]): Reference[] {
  const targets = shares.flatMap(({ target }) => (target.kind === 'cluster' ? [target.cluster] : []));
  const names = new Set([...targets, ...mirrors.map(({ cluster }) => cluster)].map(({ name }) => name));
  return [...names].map((name) => ({ type: 'cluster', name }));
}

function pathRewrite(rewrite: PathRewrite | undefined): { readonly pathRewrite?: string } | PrefixRewrite {
  if (rewrite === undefined) return {};
  if (rewrite.kind === 'prefix') return prefixRewrite(rewrite);
  // Envoy formats the value, and ignores an empty one.
  return { pathRewrite: rewrite.value === '' ? '/' : rewrite.value.replaceAll('%', '%%') };
}
