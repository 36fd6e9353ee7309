import { any, type envoy } from '../proto/index.js';
import { ROUTER } from './defaults.js';
import { AUTH_SLOTS, EXTENSIONS } from './names.js';

type HttpFilter = envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/**
 * Every HTTP filter the product can use, in the order in which a request meets them. The list is the same on every chain and never depends on
 * what routes ask for: changing it drains the chain's connections (DESIGN D7). The router is last, as Envoy demands.
 */
export function httpFilters(): readonly HttpFilter[] {
  return [
    // Resolved once for a request, by the first route that it matches: its virtual host, which never changes, says whether they are there.
    ...AUTH_SLOTS.listener.map((name) => ({ ...authSlot(name), disabled: true })),
    // Does nothing on a route without a policy.
    { name: EXTENSIONS.cors, typedConfig: any('envoy.extensions.filters.http.cors.v3.Cors', {}) },
    // Always there, and empty where the route has none: the route that counts is the last one that was matched.
    authSlot(AUTH_SLOTS.rule),
    authSlot(AUTH_SLOTS.backendRef),
    // Runs what a route says; answers come here after the session's cookie is set.
    { name: EXTENSIONS.lua, typedConfig: any('envoy.extensions.filters.http.lua.v3.Lua', {}) },
    // Knows no session but those of routes.
    {
      name: EXTENSIONS.statefulSession,
      typedConfig: any('envoy.extensions.filters.http.stateful_session.v3.StatefulSession', {}),
    },
    { name: EXTENSIONS.router, typedConfig: any(ROUTER.message, ROUTER.values) },
  ];
}

function authSlot(name: string): HttpFilter {
  return { name, typedConfig: any('envoy.extensions.filters.http.composite.v3.Composite', {}) };
}
