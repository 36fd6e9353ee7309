import type { BadInput } from './bad-input.js';
import { authFilter } from './external-auth.js';
import { httpRoute } from './http-route.js';
import { setOf } from './own-listener.js';

/** A listener for the host on the port of everything good, with filters of requests, and a route there. @param filters YAML flow mappings */
const listener =
  (...filters: readonly string[]): BadInput['yaml'] =>
  (name, host) =>
    setOf(
      name,
      `{ name: own, port: 8080, protocol: HTTP, hostname: ${host}, filters: { requests: [${filters.join(', ')}] } }`,
    ) +
    httpRoute('  - { backendRefs: [{ name: good, port: 80 }] }', `{ kind: ListenerSet, name: ${name} }`)(
      name,
      host,
    );

const ROUTE = 'HTTPRoute Accepted True Accepted';

export const LISTENER_FILTERS: readonly BadInput[] = [
  {
    is: 'of which a filter asks a server that is missing: nobody passes',
    yaml: listener(authFilter('{ name: none, port: 80 }')),
    expected: {
      says: [ROUTE, 'ListenerSet listener own ResolvedRefs False InvalidListenerFilterRef'],
      meets: '500',
    },
  },
  {
    is: 'of which a filter asks a server of an unknown kind',
    yaml: listener(authFilter('{ group: x.test, kind: Odd, name: a, port: 80 }')),
    expected: {
      says: ['ListenerSet listener own ResolvedRefs False InvalidListenerFilterRef'],
      meets: '500',
    },
  },
  {
    is: 'of which a filter asks a server that does not grant it',
    yaml: listener(authFilter('{ name: none, namespace: far, port: 80 }')),
    expected: { says: ['ListenerSet listener own ResolvedRefs False RefNotPermitted'], meets: '500' },
  },
  {
    is: 'of which the second filter asks a server that is missing: the first is not asked either',
    yaml: listener(authFilter('{ name: good, port: 80 }'), authFilter('{ name: none, port: 80 }')),
    expected: {
      says: ['ListenerSet listener own ResolvedRefs False InvalidListenerFilterRef'],
      meets: '500',
    },
  },
  {
    is: 'with a filter of somebody else, which is not served at all',
    yaml: listener('{ type: ExtensionRef, extensionRef: { group: x.test, kind: Odd, name: a } }'),
    expected: { says: ['ListenerSet listener own Accepted False UnsupportedValue'] },
  },
  {
    is: 'with a filter that listeners cannot have',
    yaml: listener('{ type: RequestHeaderModifier, requestHeaderModifier: { remove: [a] } }'),
    expected: { refused: 'filters.requests[0]' },
  },
  {
    is: 'with a filter that is empty',
    yaml: listener('{ type: ExternalAuth }'),
    expected: { refused: 'externalAuth' },
  },
  {
    is: 'of TCP with a filter of requests',
    yaml: (name, _, port) =>
      setOf(
        name,
        `{ name: own, port: ${port}, protocol: TCP, filters: { requests: [${authFilter('{ name: good, port: 80 }')}] } }`,
      ),
    expected: { says: ['ListenerSet listener own Accepted False InvalidListenerFilter'] },
  },
];
