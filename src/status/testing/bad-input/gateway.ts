import { GATEWAY_API, object, repeat, type BadInput } from './bad-input.js';

/** @param more of the spec, as a block */
const gateway =
  (listeners: string, more = '') =>
  (name: string): string =>
    object(
      GATEWAY_API,
      'Gateway',
      name,
      `spec:\n  gatewayClassName: windlass\n${more}  listeners:\n${listeners}`,
    );

const HTTP = '  - { name: http, port: 8080, protocol: HTTP }';
const https = (ref: string): string =>
  `${HTTP}\n  - { name: tls, port: 8443, protocol: HTTPS, tls: { certificateRefs: [${ref}] } }`;
const GOOD = 'Gateway listener http Accepted True Accepted';

const http = (count: number) =>
  gateway(repeat(count, (i) => `  - { name: l${i}, port: 8080, protocol: HTTP, hostname: h${i}.test }`));

export const GATEWAYS: readonly BadInput[] = [
  {
    is: 'with a listener of an unknown protocol',
    yaml: gateway(`${HTTP}\n  - { name: odd, port: 8081, protocol: example.com/odd }`),
    expected: { says: [GOOD, 'Gateway listener odd Accepted False UnsupportedProtocol'] },
  },
  {
    is: 'with two protocols on one port',
    yaml: gateway(
      `  - { name: plain, port: 8443, protocol: HTTP }\n  - { name: tls, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: none }] } }\n${HTTP}`,
    ),
    expected: {
      says: [
        GOOD,
        'Gateway listener plain Conflicted True ProtocolConflict',
        'Gateway listener tls Conflicted True ProtocolConflict',
      ],
    },
  },
  {
    is: 'whose certificate is missing',
    yaml: gateway(https('{ name: none }')),
    expected: { says: [GOOD, 'Gateway listener tls ResolvedRefs False InvalidCertificateRef'] },
  },
  {
    is: 'whose certificate is of another kind',
    yaml: gateway(https('{ kind: ConfigMap, name: none }')),
    expected: { says: [GOOD, 'Gateway listener tls ResolvedRefs False InvalidCertificateRef'] },
  },
  {
    is: 'whose certificate belongs to a namespace that does not grant it',
    yaml: gateway(https('{ name: none, namespace: far }')),
    expected: { says: [GOOD, 'Gateway listener tls ResolvedRefs False RefNotPermitted'] },
  },
  {
    is: 'whose client certificate for backends is missing',
    yaml: gateway(HTTP, '  tls: { backend: { clientCertificateRef: { name: none } } }\n'),
    expected: { says: [GOOD, 'Gateway ResolvedRefs False InvalidClientCertificateRef'] },
  },
  {
    is: 'with routes of an unknown kind',
    yaml: gateway(
      `${HTTP}\n  - { name: odd, port: 8081, protocol: HTTP, allowedRoutes: { kinds: [{ group: x.test, kind: Odd }] } }`,
    ),
    expected: { says: [GOOD, 'Gateway listener odd ResolvedRefs False InvalidRouteKinds'] },
  },
  {
    is: 'with parameters of an unknown kind',
    yaml: gateway(HTTP, '  infrastructure: { parametersRef: { group: x.test, kind: Odd, name: a } }\n'),
    expected: { says: ['Gateway Accepted False InvalidParameters'] },
  },
  {
    is: 'with 64 listeners, which is as many as there may be',
    yaml: http(64),
    expected: {
      says: [
        'Gateway Programmed True Programmed',
        ...Array.from({ length: 64 }, (_, i) => `Gateway listener l${i} Accepted True Accepted`),
      ],
    },
  },
  { is: 'with 65 listeners', yaml: http(65), expected: { refused: 'spec.listeners' } },
  {
    is: 'with two listeners of one name',
    yaml: gateway(`${HTTP}\n${HTTP.replace('8080', '8081')}`),
    expected: { refused: 'spec.listeners' },
  },
  {
    is: 'with two listeners for one host and port',
    yaml: gateway(`${HTTP}\n${HTTP.replace('name: http', 'name: again')}`),
    expected: { refused: 'must be unique for each listener' },
  },
  {
    is: 'with an HTTPS listener without TLS',
    yaml: gateway('  - { name: tls, port: 8443, protocol: HTTPS }'),
    expected: { says: ['Gateway listener tls ResolvedRefs False InvalidCertificateRef'] },
  },
  {
    is: 'with a hostname that is none',
    yaml: gateway(HTTP.replace(' }', ', hostname: "a..b" }')),
    expected: { refused: 'spec.listeners[0].hostname' },
  },
  { is: 'without a listener', yaml: gateway('  []'), expected: { refused: 'spec.listeners' } },
];
