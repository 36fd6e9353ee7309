import { envoy } from '../proto/index.js';
import { settingsOfShare, type ActionModel, type Entrance, type RuleEntry } from '../routing/index.js';
import type { Reference } from '../xds/index.js';
import { withCors } from './cors.js';
import { askingOf } from './external-auth.js';
import { withFilterConfig } from './filter-config.js';
import { headerMutations } from './header-modifiers.js';
import { redirectAction } from './redirect.js';
import { forwarding } from './route-action.js';

type Route = envoy.config.route.v3.Route;
type Forward = Extract<ActionModel, { kind: 'forward' }>;

const MILLION = 1_000_000;

/** Weighted clusters can say of a share only what becomes of headers. */
export function needsRoutes({ shares }: Forward): boolean {
  return shares.some(({ weight, filters }) => weight > 0 && filters !== undefined);
}

/**
 * One route for each share. Envoy draws one random number for each request and compares it with every `runtime_fraction` in turn, so that the
 * thresholds are cumulative; the last route takes what is left. No mirror may be drawn by the same digits of that number.
 */
export function shareRoutes(
  main: Pick<Route, 'name' | 'match'>,
  entry: RuleEntry,
  forward: Forward,
  entrance: Entrance,
): { readonly routes: readonly Route[]; readonly references: readonly Reference[] } {
  const shares = forward.shares.filter(({ weight }) => weight > 0);
  const limits = thresholds(shares.map(({ weight }) => weight));
  const references: Reference[] = [];
  const routes = shares.flatMap((share, index): readonly Route[] => {
    const { redirect, cors, auth, ...rest } = settingsOfShare(entry, forward, share);
    const match = { ...main.match, ...fractionBelow(limits[index]) };
    const asking = askingOf(entry.auth, auth);
    references.push(...asking.references);
    const head: Pick<Route, 'name' | 'match'> = { ...main, match };
    let route: Route;
    if (redirect !== undefined) {
      const headers = headerMutations([], [entry.responseHeaders, share.responseHeaders]);
      route = { ...head, redirect: redirectAction(redirect, entrance), ...headers };
    } else {
      const {
        action,
        beside,
        references: needed,
      } = forwarding({ ...forward, ...rest, shares: [share] }, entry, entrance.scheme, 'byLowDigits');
      references.push(...needed);
      route = { ...head, route: action, ...beside };
    }
    const asked = withFilterConfig(route, asking.filters);
    return cors === undefined ? [asked] : withCors(asked, cors, entry.match.method);
  });
  return { routes, references: distinct(references) };
}

/** Cumulative, in millionths of the sum; none for the last. However small, a share has a millionth. */
export function thresholds(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const limits: number[] = [];
  let before = 0;
  for (const [index, weight] of weights.slice(0, -1).entries()) {
    before += weight;
    const exact = Math.round((before / sum) * MILLION);
    const least = (limits.at(-1) ?? 0) + 1;
    const most = MILLION - (weights.length - 1 - index);
    limits.push(Math.min(Math.max(exact, least), most));
  }
  return limits;
}

function fractionBelow(
  numerator: number | undefined,
): Pick<envoy.config.route.v3.RouteMatch, 'runtimeFraction'> {
  if (numerator === undefined) return {};
  const denominator = envoy.type.v3.FractionalPercent.DenominatorType.MILLION;
  return { runtimeFraction: { defaultValue: { numerator, denominator } } };
}

function distinct(references: readonly Reference[]): readonly Reference[] {
  return [...new Map(references.map((each) => [each.name, each])).values()];
}
