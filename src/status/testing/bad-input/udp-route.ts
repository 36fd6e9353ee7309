import { GATEWAY_API, object, type BadInput } from './bad-input.js';
import { onOwnListener } from './own-listener.js';

const udp =
  (rules: string): BadInput['yaml'] =>
  (name, _, port) =>
    onOwnListener('UDPRoute', name, port, `rules: ${rules}`);

const refused = (reason: string): BadInput['expected'] => ({
  says: ['UDPRoute Accepted True Accepted', `UDPRoute ResolvedRefs False ${reason}`],
  connects: { by: 'udp', to: 'refused' },
});

export const UDP_ROUTES: readonly BadInput[] = [
  {
    is: 'to a Service that is missing',
    yaml: udp('[{ backendRefs: [{ name: none, port: 80 }] }]'),
    expected: refused('BackendNotFound'),
  },
  {
    is: 'to a Service that has the port for TCP alone',
    yaml: udp('[{ backendRefs: [{ name: stream, port: 80 }] }]'),
    expected: refused('UnsupportedProtocol'),
  },
  {
    is: 'to a namespace that does not grant it',
    yaml: udp('[{ backendRefs: [{ name: none, namespace: far, port: 80 }] }]'),
    expected: refused('RefNotPermitted'),
  },
  {
    is: 'to a backend of an unknown kind',
    yaml: udp('[{ backendRefs: [{ group: x.test, kind: Odd, name: a, port: 80 }] }]'),
    expected: refused('InvalidKind'),
  },
  {
    is: 'for a listener of TCP',
    yaml: (name) =>
      object(
        GATEWAY_API,
        'UDPRoute',
        name,
        'spec: { parentRefs: [{ name: gw, sectionName: tcp }], rules: [{ backendRefs: [{ name: good, port: 80 }] }] }',
      ),
    expected: { says: ['UDPRoute Accepted False NotAllowedByListeners'] },
  },
  {
    is: 'for a port that nobody listens on',
    yaml: (name, _, port) =>
      object(
        GATEWAY_API,
        'UDPRoute',
        name,
        `spec: { parentRefs: [{ name: gw, port: ${port} }], rules: [{ backendRefs: [{ name: good, port: 80 }] }] }`,
      ),
    expected: { says: ['UDPRoute Accepted False NoMatchingParent'] },
  },
  { is: 'without a rule', yaml: udp('[]'), expected: { refused: 'spec.rules' } },
  {
    is: 'whose rule has no backend',
    yaml: udp('[{ backendRefs: [] }]'),
    expected: { refused: 'backendRefs' },
  },
  {
    is: 'with hostnames',
    yaml: (name, host, port) =>
      onOwnListener(
        'UDPRoute',
        name,
        port,
        `hostnames: [${host}], rules: [{ backendRefs: [{ name: good, port: 80 }] }]`,
      ),
    expected: { refused: 'hostnames' },
  },
];
