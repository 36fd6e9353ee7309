import { httpRoute } from './http-route.js';
import type { BadInput } from './bad-input.js';

/** An ExternalAuth filter. @param ref YAML flow mapping of the server @param more YAML: `, ` and further fields */
export function authFilter(ref: string, more = '', protocol = 'HTTP'): string {
  return `{ type: ExternalAuth, externalAuth: { protocol: ${protocol}, backendRef: ${ref}, ${protocol.toLowerCase()}: {}${more} } }`;
}

const GOOD = '{ name: good, port: 80 }';

const onRule = (...filters: readonly string[]): BadInput['yaml'] =>
  httpRoute(`  - { filters: [${filters.join(', ')}], backendRefs: [${GOOD}] }`);
const onBackend = (...filters: readonly string[]): BadInput['yaml'] =>
  httpRoute(`  - { backendRefs: [{ name: good, port: 80, filters: [${filters.join(', ')}] }] }`);

const asking = (fields: string): string =>
  `{ type: ExternalAuth, externalAuth: { protocol: HTTP, backendRef: ${GOOD}, http: { ${fields} } } }`;

const unresolved = (reason: string): BadInput['expected'] => ({
  says: ['HTTPRoute Accepted True Accepted', `HTTPRoute ResolvedRefs False ${reason}`],
  meets: '500',
});
const UNSUPPORTED = { says: ['HTTPRoute Accepted False UnsupportedValue'], meets: '500' };

/** Nobody passes a filter that cannot be asked. */
export const EXTERNAL_AUTH_FILTERS: readonly BadInput[] = [
  {
    is: 'that asks a server that is missing',
    yaml: onRule(authFilter('{ name: none, port: 80 }')),
    expected: unresolved('BackendNotFound'),
  },
  {
    is: 'that asks a server that does not grant it',
    yaml: onRule(authFilter('{ name: none, namespace: far, port: 80 }')),
    expected: unresolved('RefNotPermitted'),
  },
  {
    is: 'that asks a server of an unknown kind',
    yaml: onRule(authFilter('{ group: x.test, kind: Odd, name: a, port: 80 }')),
    expected: unresolved('InvalidKind'),
  },
  {
    is: 'of which a backend asks a server that is missing, by gRPC',
    yaml: onBackend(authFilter('{ name: none, port: 80 }', '', 'GRPC')),
    expected: unresolved('BackendNotFound'),
  },
  {
    is: 'of which a backend asks a server that does not grant it',
    yaml: onBackend(authFilter('{ name: none, namespace: far, port: 80 }')),
    expected: unresolved('RefNotPermitted'),
  },
  {
    is: 'that tells a server a header whose name is none',
    yaml: onRule(asking('allowedHeaders: ["a b"]')),
    expected: UNSUPPORTED,
  },
  {
    is: 'that takes a header from a server that cannot be copied',
    yaml: onRule(asking('allowedResponseHeaders: [Connection]')),
    expected: UNSUPPORTED,
  },
  {
    is: 'that asks at a path with dot segments',
    yaml: onRule(asking('path: /a/../b')),
    expected: UNSUPPORTED,
  },
  {
    is: 'of which a backend asks at a path with an encoded slash',
    yaml: onBackend(asking('path: /a%2fb')),
    expected: UNSUPPORTED,
  },
  {
    is: 'that tells a server headers of the greatest number',
    yaml: onRule(asking(`allowedHeaders: [${Array.from({ length: 64 }, (_, i) => `x-${i}`).join(', ')}]`)),
    expected: { says: ['HTTPRoute Accepted True Accepted', 'HTTPRoute ResolvedRefs True ResolvedRefs'] },
  },
  {
    is: 'that tells a server 65 headers',
    yaml: onRule(asking(`allowedHeaders: [${Array.from({ length: 65 }, (_, i) => `x-${i}`).join(', ')}]`)),
    expected: { refused: 'allowedHeaders' },
  },
  {
    is: 'that asks by gRPC and by HTTP',
    yaml: onRule(authFilter(GOOD, ', grpc: {}')),
    expected: { refused: "protocol must be 'GRPC' when grpc is set" },
  },
  {
    is: 'that asks by an unknown protocol',
    yaml: onRule(authFilter(GOOD, '', 'ODD')),
    expected: { refused: 'externalAuth.protocol' },
  },
  {
    is: 'that asks twice',
    yaml: onRule(authFilter(GOOD), authFilter(GOOD)),
    expected: { says: ['HTTPRoute Accepted False IncompatibleFilters'], meets: '500' },
  },
];
