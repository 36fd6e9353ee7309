import { GATEWAY_API, object, type BadInput } from './bad-input.js';
import { onOwnListener } from './own-listener.js';

const TO_SECURE = 'backendRefs: [{ name: secure, port: 80 }]';

const tls =
  (rules: string): BadInput['yaml'] =>
  (name, host, port) =>
    onOwnListener('TLSRoute', name, port, `hostnames: [${host}], rules: ${rules}`);

const hosts =
  (hostnames: string): BadInput['yaml'] =>
  (name, _, port) =>
    onOwnListener('TLSRoute', name, port, `hostnames: [${hostnames}], rules: [{ ${TO_SECURE} }]`);

const onGateway =
  (section: string): BadInput['yaml'] =>
  (name, host) =>
    object(
      GATEWAY_API,
      'TLSRoute',
      name,
      `spec: { parentRefs: [{ name: gw, sectionName: ${section} }], hostnames: [${host}], rules: [{ ${TO_SECURE} }] }`,
    );

/** Hosts on the port of everything good. */
const many = (name: string, count: number): string =>
  onGateway('tls')(name, Array.from({ length: count }, (_, i) => `h${i}.${name}.test`).join(', '), 0);

const refused = (reason: string): BadInput['expected'] => ({
  says: ['TLSRoute Accepted True Accepted', `TLSRoute ResolvedRefs False ${reason}`],
  connects: { by: 'tls', to: 'refused' },
});

export const TLS_ROUTES: readonly BadInput[] = [
  {
    is: 'to a Service that is missing',
    yaml: tls('[{ backendRefs: [{ name: none, port: 80 }] }]'),
    expected: refused('BackendNotFound'),
  },
  {
    is: 'to a port that is missing',
    yaml: tls('[{ backendRefs: [{ name: secure, port: 81 }] }]'),
    expected: refused('BackendNotFound'),
  },
  {
    is: 'to a namespace that does not grant it',
    yaml: tls('[{ backendRefs: [{ name: none, namespace: far, port: 80 }] }]'),
    expected: refused('RefNotPermitted'),
  },
  {
    is: 'to a backend of an unknown kind',
    yaml: tls('[{ backendRefs: [{ group: x.test, kind: Odd, name: a, port: 80 }] }]'),
    expected: refused('InvalidKind'),
  },
  {
    is: 'whose only backend has no weight',
    yaml: tls('[{ backendRefs: [{ name: secure, port: 80, weight: 0 }] }]'),
    expected: { says: ['TLSRoute Accepted True Accepted'], connects: { by: 'tls', to: 'refused' } },
  },
  {
    is: 'for a listener of HTTP',
    yaml: onGateway('http'),
    expected: { says: ['TLSRoute Accepted False NotAllowedByListeners'] },
  },
  {
    is: 'for a listener that is missing',
    yaml: onGateway('none'),
    expected: { says: ['TLSRoute Accepted False NoMatchingParent'] },
  },
  {
    is: 'for hosts that its listener does not have',
    yaml: (name, _, port) =>
      hosts('other.test')(name, '', port).replace('protocol: TLS', 'protocol: TLS, hostname: own.test'),
    expected: {
      says: ['TLSRoute Accepted False NoMatchingListenerHostname'],
      connects: { by: 'tls', to: 'refused' },
    },
  },
  {
    is: 'for the hostname of the control route, which is older',
    yaml: (name) =>
      onGateway('tls')(name, 'tls.control.test', 0)
        .replace('name: secure', 'name: none')
        .replace('namespace: default', 'namespace: default, creationTimestamp: "2099-01-01T00:00:00Z"'),
    expected: { says: ['TLSRoute ResolvedRefs False BackendNotFound'] },
  },
  { is: 'without a hostname', yaml: hosts(''), expected: { refused: 'spec.hostnames' } },
  { is: 'for an address', yaml: hosts('10.0.0.1'), expected: { refused: 'spec.hostnames' } },
  { is: 'for a hostname that is none', yaml: hosts('"a..b"'), expected: { refused: 'spec.hostnames[0]' } },
  { is: 'for a wildcard alone', yaml: hosts('"*"'), expected: { refused: 'spec.hostnames[0]' } },
  {
    is: 'with 1,024 hostnames, which is as many as there may be',
    yaml: (name) => many(name, 1_024),
    expected: { says: ['TLSRoute Accepted True Accepted', 'TLSRoute ResolvedRefs True ResolvedRefs'] },
  },
  {
    is: 'with 1,025 hostnames',
    yaml: (name) => many(name, 1_025),
    expected: { refused: 'spec.hostnames' },
  },
  {
    is: 'with two rules',
    yaml: tls(`[{ ${TO_SECURE} }, { ${TO_SECURE} }]`),
    expected: { refused: 'spec.rules' },
  },
  {
    is: 'whose rule has no backend',
    yaml: tls('[{ backendRefs: [] }]'),
    expected: { refused: 'backendRefs' },
  },
];
