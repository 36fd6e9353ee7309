import type { HttpCors } from '../../resources/index.js';
import type { CorsModel } from '../model.js';
import type { FilterRule } from './filter.js';

const DEFAULT_MAX_AGE = 5;
/** Any host, but no port. */
const ANY_HOST = '(?:[^:/]+|\\[[^\\]/]+\\])';

/** Source: Gateway API, HTTPCORSFilter. Its schema leaves nothing that could not be honoured. */
export const cors: FilterRule<'CORS'> = ({ cors: filter }) => ({ cors: corsModel(filter) });

function corsModel(filter: HttpCors): CorsModel {
  const { allowOrigins = [], allowMethods = [], allowHeaders = [], exposeHeaders = [] } = filter;
  const credentials = filter.allowCredentials === true;
  return {
    origins: originsPattern(allowOrigins),
    methods: allowMethods.includes('*') ? '*' : allowMethods,
    headers: allowHeaders.includes('*') ? '*' : allowHeaders,
    // A browser that sends credentials would take `*` for the name of a header; the API forbids it.
    exposeHeaders: credentials ? exposeHeaders.filter((name) => name !== '*') : exposeHeaders,
    credentials,
    maxAgeSeconds: filter.maxAge ?? DEFAULT_MAX_AGE,
  };
}

function originsPattern(origins: readonly string[]): string | undefined {
  if (origins.length === 0) return undefined;
  if (origins.includes('*')) return '.+';
  return `(?i)${origins.map(originPattern).join('|')}`;
}

/** The schema lets nothing through but `<scheme>://<host>(:<port>)`, the host with a wildcard at its beginning or not. */
function originPattern(origin: string): string {
  const [, scheme = 'http', host = '', port = wellKnownPort(scheme)] =
    /^(https?):\/\/([^:]*)(?::(\d+))?$/.exec(origin) ?? [];
  const hostPattern = host === '*' ? ANY_HOST : host.replaceAll('.', '\\.').replace(/^\*/, '[^:/]+');
  // Without a port the origin has that of its scheme, which browsers leave out.
  const portPattern = port === wellKnownPort(scheme) ? `(?::${port})?` : `:${port}`;
  return `${scheme}://${hostPattern}${portPattern}`;
}

function wellKnownPort(scheme: string): string {
  return scheme === 'https' ? '443' : '80';
}
