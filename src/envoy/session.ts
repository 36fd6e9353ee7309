import { any, type google } from '../proto/index.js';
import type { Entrance, SessionModel } from '../routing/index.js';
import { assertNever } from '../errors/index.js';
import { duration } from './duration.js';
import type { FilterConfig } from './filter-config.js';
import { EXTENSIONS } from './names.js';
import { FORGET_MAX_AGE } from './response-script.js';

/**
 * What Envoy's filter is told where a session begins or goes on: on a route, or on one cluster of several, so that a session chooses among the endpoints
 * of the cluster that was chosen before. A client whose endpoint is gone gets another one, and is told so (`strict` is off).
 * Source: StatefulSessionPerRoute.
 */
export function sessionConfig(session: SessionModel | undefined, scheme: Entrance['scheme']): FilterConfig {
  if (session === undefined) return {};
  return {
    [EXTENSIONS.statefulSession]: any(
      'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute',
      {
        statefulSession: { sessionState: sessionState(session, scheme) },
      },
    ),
  };
}

/** A cookie that Envoy's own `HttpOnly` is added to. Over plain text no browser would keep one that is `Secure`. */
function sessionState(
  session: SessionModel,
  scheme: Entrance['scheme'],
): { readonly name: string; readonly typedConfig: google.protobuf.Any } {
  switch (session.kind) {
    case 'cookie': {
      const { name, path, lifetime } = session;
      const marks = lifetime.kind === 'session' && lifetime.seconds !== undefined ? [FORGET_MAX_AGE] : [];
      const attributes = [...(scheme === 'https' ? ['Secure'] : []), ...marks].map((each) => ({
        name: each,
      }));
      return {
        name: EXTENSIONS.cookieSession,
        typedConfig: any('envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState', {
          cookie: {
            name,
            path,
            ...(lifetime.seconds !== undefined && { ttl: duration(lifetime.seconds * 1_000) }),
            attributes: [{ name: 'SameSite', value: 'Strict' }, ...attributes],
          },
        }),
      };
    }
    case 'header':
      return {
        name: EXTENSIONS.headerSession,
        typedConfig: any('envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState', {
          name: session.name,
        }),
      };
    default:
      return assertNever(session);
  }
}

/** Whether its bytes depend on how the request came in. */
export function dependsOnScheme(session: SessionModel | undefined): boolean {
  return session?.kind === 'cookie';
}
