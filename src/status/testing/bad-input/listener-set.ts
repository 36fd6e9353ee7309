import { GATEWAY_API, object, repeat, type BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';
import { setOf } from './own-listener.js';

const TO_GOOD = 'backendRefs: [{ name: good, port: 80 }]';

/** Beside a listener that is in order. @param wrong the others, YAML flow mappings */
const set =
  (...wrong: readonly string[]): BadInput['yaml'] =>
  (name, host, port) =>
    setOf(name, `{ name: good, port: ${port}, protocol: HTTP, hostname: ${host} }`, ...wrong);

const GOOD = 'ListenerSet listener good Accepted True Accepted';

/** As many hosts on the port of the Gateway. */
const many = (name: string, count: number): string =>
  setOf(
    name,
    ...Array.from(
      { length: count },
      (_, i) => `{ name: l${i}, port: 8080, protocol: HTTP, hostname: h${i}.${name}.test }`,
    ),
  );

export const LISTENER_SETS: readonly BadInput[] = [
  {
    is: 'of a Gateway that lets none in',
    yaml: (name) =>
      object(
        GATEWAY_API,
        'Gateway',
        name,
        'spec: { gatewayClassName: windlass, listeners: [{ name: http, port: 8080, protocol: HTTP }] }',
      ) +
      setOf(name, '{ name: own, port: 8081, protocol: HTTP }').replace('{ name: gw }', `{ name: ${name} }`),
    expected: {
      says: [
        'Gateway Programmed True Programmed',
        'ListenerSet Accepted False NotAllowed',
        'ListenerSet Programmed False NotAllowed',
      ],
    },
  },
  {
    is: 'of a Gateway that is missing, which nobody serves',
    yaml: (name, host) =>
      setOf(name, '{ name: own, port: 8081, protocol: HTTP }').replace('{ name: gw }', '{ name: none }') +
      httpRoute(`  - { ${TO_GOOD} }`, `{ kind: ListenerSet, name: ${name} }`)(name, host),
    expected: { says: [], meets: '404' },
  },
  {
    is: 'with a listener that the Gateway has, and which stays there',
    yaml: set('{ name: same, port: 8080, protocol: HTTP, hostname: "*.narrow.test" }'),
    expected: {
      says: [
        GOOD,
        'ListenerSet Accepted True ListenersNotValid',
        'ListenerSet listener same Conflicted True HostnameConflict',
        'ListenerSet listener same Accepted False HostnameConflict',
        'ListenerSet listener same Programmed False HostnameConflict',
      ],
    },
  },
  {
    is: 'with nothing but a listener that the Gateway has',
    yaml: (name) => setOf(name, '{ name: same, port: 8080, protocol: HTTP }'),
    expected: {
      says: [
        'ListenerSet Accepted False ListenersNotValid',
        'ListenerSet Programmed False ListenersNotValid',
        'ListenerSet listener same Conflicted True HostnameConflict',
      ],
    },
  },
  {
    is: 'with other protocols on ports of the Gateway',
    yaml: set(
      '{ name: tls, port: 8080, protocol: TLS, tls: { mode: Passthrough } }',
      '{ name: tcp, port: 8443, protocol: TCP }',
      '{ name: http, port: 9000, protocol: HTTP }',
    ),
    expected: {
      says: [
        GOOD,
        ...['tls', 'tcp', 'http'].flatMap((name) => [
          `ListenerSet listener ${name} Conflicted True ProtocolConflict`,
          `ListenerSet listener ${name} Programmed False ProtocolConflict`,
        ]),
      ],
    },
  },
  {
    is: 'with TCP where the Gateway has TCP',
    yaml: set('{ name: tcp, port: 9000, protocol: TCP }'),
    expected: { says: [GOOD, 'ListenerSet listener tcp Conflicted True ProtocolConflict'] },
  },
  {
    is: 'of which an older one has the listener',
    yaml: (name, host, port) => {
      const same = `{ name: same, port: ${port}, protocol: HTTP, hostname: ${host} }`;
      return (
        setOf(`${name}-older`, same).replace(
          'namespace: default',
          'namespace: default, creationTimestamp: "2020-01-01T00:00:00Z"',
        ) +
        setOf(name, same).replace(
          'namespace: default',
          'namespace: default, creationTimestamp: "2020-01-02T00:00:00Z"',
        )
      );
    },
    expected: {
      says: [
        'ListenerSet Accepted False ListenersNotValid',
        'ListenerSet listener same Conflicted True HostnameConflict',
      ],
    },
  },
  {
    is: 'with a listener of an unknown protocol',
    yaml: set('{ name: odd, port: 8081, protocol: example.com/odd }'),
    expected: { says: [GOOD, 'ListenerSet listener odd Accepted False UnsupportedProtocol'] },
  },
  {
    is: 'whose certificate is missing',
    yaml: set(
      '{ name: tls, port: 8081, protocol: HTTPS, hostname: c0.test, tls: { certificateRefs: [{ name: none }] } }',
    ),
    expected: {
      says: [
        GOOD,
        'ListenerSet listener tls ResolvedRefs False InvalidCertificateRef',
        'ListenerSet listener tls Programmed False Invalid',
      ],
    },
  },
  {
    is: 'whose certificate belongs to a namespace that does not grant it',
    yaml: set(
      '{ name: tls, port: 8081, protocol: HTTPS, hostname: c1.test, tls: { certificateRefs: [{ name: none, namespace: far }] } }',
    ),
    expected: { says: [GOOD, 'ListenerSet listener tls ResolvedRefs False RefNotPermitted'] },
  },
  {
    is: 'with routes of an unknown kind',
    yaml: set(
      '{ name: odd, port: 8082, protocol: HTTP, hostname: k.test, allowedRoutes: { kinds: [{ group: x.test, kind: Odd }] } }',
    ),
    expected: { says: [GOOD, 'ListenerSet listener odd ResolvedRefs False InvalidRouteKinds'] },
  },
  {
    is: 'with 64 listeners, which is as many as there may be',
    yaml: (name) => many(name, 64),
    expected: {
      says: [
        'ListenerSet Accepted True Accepted',
        'ListenerSet Programmed True Programmed',
        ...Array.from({ length: 64 }, (_, i) => `ListenerSet listener l${i} Accepted True Accepted`),
      ],
    },
  },
  { is: 'with 65 listeners', yaml: (name) => many(name, 65), expected: { refused: 'spec.listeners' } },
  {
    is: 'of a Gateway that has 64 listeners of its own, beside two more such sets',
    yaml: (name) => {
      const listeners = repeat(
        64,
        (i) => `  - { name: l${i}, port: 8080, protocol: HTTP, hostname: h${i}.test }`,
      );
      const gateway = object(
        GATEWAY_API,
        'Gateway',
        name,
        `spec:\n  gatewayClassName: windlass\n  allowedListeners: { namespaces: { from: Same } }\n  listeners:\n${listeners}`,
      );
      const sets = [name, `${name}-a`, `${name}-b`].map((each) =>
        many(each, 64).replace('{ name: gw }', `{ name: ${name} }`),
      );
      return gateway + sets.join('');
    },
    expected: {
      says: [
        'Gateway Programmed True Programmed',
        'Gateway listener l63 Programmed True Programmed',
        'ListenerSet Programmed True Programmed',
        'ListenerSet listener l63 Programmed True Programmed',
      ],
    },
  },
  {
    is: 'with two listeners of one name',
    yaml: (name) =>
      setOf(name, '{ name: a, port: 8081, protocol: HTTP }', '{ name: a, port: 8082, protocol: HTTP }'),
    expected: { refused: 'spec.listeners' },
  },
  {
    is: 'with two listeners for one host and port',
    yaml: (name) =>
      setOf(name, '{ name: a, port: 8081, protocol: HTTP }', '{ name: b, port: 8081, protocol: HTTP }'),
    expected: { refused: 'spec.listeners' },
  },
  {
    is: 'of something that is no Gateway',
    yaml: (name) =>
      setOf(name, '{ name: a, port: 8081, protocol: HTTP }').replace(
        '{ name: gw }',
        '{ kind: "a b", name: gw }',
      ),
    expected: { refused: 'spec.parentRef.kind' },
  },
  {
    is: 'without a listener',
    yaml: (name) => setOf(name).replace('listeners:\n', 'listeners: []\n'),
    expected: { refused: 'spec.listeners' },
  },
  {
    is: 'with a listener of HTTP that has TLS',
    yaml: (name) =>
      setOf(name, '{ name: a, port: 8081, protocol: HTTP, tls: { certificateRefs: [{ name: none }] } }'),
    expected: { refused: 'tls must not be specified' },
  },
];
