import type { Route } from '../resources/index.js';
import { EVERY_HOST, isIpAddress, type Domain } from './hostnames.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

export interface RouteHostnames {
  /** Without duplicates; `*` alone when the route names none; empty when all it names are refused. */
  readonly domains: readonly Domain[];
  readonly refusals: readonly Refusal[];
}

/** Source: Gateway API, HTTPRouteSpec.hostnames, GRPCRouteSpec.hostnames; addresses are forbidden there, and the schema lets them pass. */
export function routeHostnames(route: Route): RouteHostnames {
  const hostnames = route.spec.hostnames ?? [];
  if (hostnames.length === 0) return { domains: [EVERY_HOST], refusals: [] };
  const refusals = hostnames.flatMap((hostname, index) =>
    isIpAddress(hostname)
      ? [refusal('UnsupportedValue', `${hostname} is an address, not a hostname`, `spec.hostnames[${index}]`)]
      : [],
  );
  const named = hostnames
    .filter((hostname) => !isIpAddress(hostname))
    .map((hostname) => hostname.toLowerCase());
  return { domains: [...new Set(named)], refusals };
}
