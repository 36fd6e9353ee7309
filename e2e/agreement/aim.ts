import { EVERY_HOST, intersect } from '../../src/routing/hostnames.js';
import type { Configuration } from './configurations.js';
import type { RandomConnection } from './connections.js';
import type { Match } from './matches.js';
import { SIDE } from './pools.js';
import type { RandomRequest } from './requests.js';

/**
 * Most requests that are merely random miss every rule and so compare little. Three of four are therefore aimed at a match of the configuration:
 * host, path, method, headers and query as it asks for them; whether something else takes them first is left to chance.
 */
export function aimAt(configuration: Configuration, request: RandomRequest): RandomRequest {
  const { aim } = request;
  const route = pick(configuration.routes, aim >> 2);
  if (aim % 4 === 0 || route === undefined) return request;
  const match = pick(pick(route.rules.rules, aim >> 4)?.matches ?? [], aim >> 6) ?? {};
  const parent = pick(route.parents, aim >> 8) ?? {};
  const aside = parent.name === SIDE;
  const tls = parent.sectionName?.startsWith('https') ?? (parent.port === undefined && request.tls);
  const listeners = configuration[aside ? 'side' : tls ? 'https' : 'http'];
  const index = Number(parent.sectionName?.split('-')[1] ?? aim >> 10);
  const host = hostIn(listeners[index % listeners.length] ?? '', route.hostnames, request);
  const wanted = [...request.headers, ...(match.headers ?? []).flatMap(exactly)];
  const aimed = { ...request, aside, tls, host, server: undefined, headers: wanted };
  if (route.rules.kind === 'GRPCRoute') {
    const others = wanted.filter(([name]) => name !== 'Content-Type');
    return { ...aimed, ...callOf(match), headers: [...others, ['Content-Type', 'application/grpc']] };
  }
  return {
    ...aimed,
    path: pathOf(match, request),
    method: typeof match.method === 'string' ? match.method : request.method,
  };
}

/** The same of connections: three of four are for a server name that a TLSRoute and a listener of its have in common. */
export function aimConnection(
  { tls, tlsRoutes }: Configuration,
  connection: RandomConnection,
): RandomConnection {
  const { aim, sni: otherwise = 'nobody.test' } = connection;
  const route = pick(tlsRoutes, aim >> 2);
  const { sectionName, port } = route?.parent ?? {};
  const listeners = tls.filter(
    (listener, i) => (sectionName ?? `tls-${i}`) === `tls-${i}` && (port ?? listener.port) === listener.port,
  );
  const listener = pick(listeners, aim >> 4);
  if (aim % 4 === 0 || route === undefined || listener === undefined) return connection;
  const sni = hostIn(listener.hostname, route.hostnames, { aim, host: otherwise });
  return { ...connection, port: listener.port, sni };
}

function pick<T>(list: readonly T[], by: number): T | undefined {
  return list.length === 0 ? undefined : list[by % list.length];
}

/** A host that listener and route both take, if there is one. */
function hostIn(
  listener: string,
  hostnames: readonly string[],
  { aim, host }: Pick<RandomRequest, 'aim' | 'host'>,
): string {
  const domains = hostnames.length === 0 ? [EVERY_HOST] : hostnames;
  const both = domains.flatMap((domain) => intersect(listener === '' ? EVERY_HOST : listener, domain) ?? []);
  const domain = pick(both, aim >> 12) ?? EVERY_HOST;
  if (domain === EVERY_HOST) return host;
  return domain.startsWith('*.') ? `x.b${domain.slice(1)}` : domain;
}

function exactly({ name, type, value }: { name: string; type: string; value: string }): [string, string][] {
  return type === 'Exact' ? [[name, value]] : [];
}

function pathOf({ path, queryParams = [] }: Match, { aim, path: otherwise }: RandomRequest): string {
  if (path === undefined || path.type === 'RegularExpression') return otherwise;
  const below = path.type === 'PathPrefix' && aim % 2 === 0 ? `${path.value.replace(/\/$/, '')}/below` : path.value;
  const query = queryParams.flatMap(exactly).map((pair) => pair.join('='));
  return query.length === 0 ? below : `${below}?${query.join('&')}`;
} // prettier-ignore

/** A call that a match of a GRPCRoute may take. */
function callOf({ method }: Match): { readonly path: string; readonly method: string } {
  const { type, service = 'a', method: name = 'b' } = typeof method === 'object' ? method : {};
  return { path: type === 'RegularExpression' ? '/a/b' : `/${service}/${name}`, method: 'POST' };
}
