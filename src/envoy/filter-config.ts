import type { envoy, google } from '../proto/index.js';

type Route = envoy.config.route.v3.Route;

/** What routes and virtual hosts tell HTTP filters, by the filter's name. */
export type FilterConfig = Readonly<Record<string, google.protobuf.Any>>;

/**
 * The field of a Route or VirtualHost. Several concerns say something there: what they say is put together here or by {@link withFilterConfig}, and never by spreading one message
 * over another, which would lose all that the other has – a server that is to be asked.
 */
export function filterConfigField(config: FilterConfig): Pick<Route, 'typedPerFilterConfig'> {
  return Object.keys(config).length === 0 ? {} : { typedPerFilterConfig: config };
}

/** The route with this besides what it tells filters already. */
export function withFilterConfig(route: Route, config: FilterConfig): Route {
  return { ...route, ...filterConfigField({ ...route.typedPerFilterConfig, ...config }) };
}
