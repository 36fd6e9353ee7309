import { GATEWAY_API, object, type BadInput } from './bad-input.js';
import { onOwnListener } from './own-listener.js';

const TO_STREAM = 'backendRefs: [{ name: stream, port: 80 }]';

const tcp =
  (rules: string): BadInput['yaml'] =>
  (name, _, port) =>
    onOwnListener('TCPRoute', name, port, `rules: ${rules}`);

const largest = (count: number): string =>
  `[{ backendRefs: [${Array.from({ length: count }, () => '{ name: stream, port: 80, weight: 1000000 }').join(', ')}] }]`;

const refused = (reason: string): BadInput['expected'] => ({
  says: ['TCPRoute Accepted True Accepted', `TCPRoute ResolvedRefs False ${reason}`],
  connects: { by: 'tcp', to: 'refused' },
});

export const TCP_ROUTES: readonly BadInput[] = [
  {
    is: 'to a Service that is missing',
    yaml: tcp('[{ backendRefs: [{ name: none, port: 80 }] }]'),
    expected: refused('BackendNotFound'),
  },
  {
    is: 'to a namespace that does not grant it',
    yaml: tcp('[{ backendRefs: [{ name: none, namespace: far, port: 80 }] }]'),
    expected: refused('RefNotPermitted'),
  },
  {
    is: 'to a backend of an unknown kind',
    yaml: tcp('[{ backendRefs: [{ group: x.test, kind: Odd, name: a, port: 80 }] }]'),
    expected: refused('InvalidKind'),
  },
  {
    is: 'whose only backend has no weight',
    yaml: tcp('[{ backendRefs: [{ name: stream, port: 80, weight: 0 }] }]'),
    expected: { says: ['TCPRoute Accepted True Accepted'], connects: { by: 'tcp', to: 'refused' } },
  },
  {
    is: 'for a listener of HTTP',
    yaml: (name) =>
      object(
        GATEWAY_API,
        'TCPRoute',
        name,
        `spec: { parentRefs: [{ name: gw, sectionName: http }], rules: [{ ${TO_STREAM} }] }`,
      ),
    expected: { says: ['TCPRoute Accepted False NotAllowedByListeners'] },
  },
  {
    is: 'on the listener of an older one, which goes on',
    yaml: (name) =>
      object(
        GATEWAY_API,
        'TCPRoute',
        name,
        `spec: { parentRefs: [{ name: gw, sectionName: tcp }], rules: [{ backendRefs: [{ name: good, port: 80 }] }] }`,
      ).replace('namespace: default', 'namespace: default, creationTimestamp: "2099-01-01T00:00:00Z"'),
    expected: { says: [] },
  },
  {
    is: 'with 16 backends of the largest weight, which is as many as there may be',
    yaml: tcp(largest(16)),
    expected: {
      says: ['TCPRoute Accepted True Accepted', 'TCPRoute ResolvedRefs True ResolvedRefs'],
      connects: { by: 'tcp', to: Array.from({ length: 16 }, () => 'default/stream:80=1000000').join(' ') },
    },
  },
  {
    is: 'with 17 backends',
    yaml: tcp(largest(17)),
    expected: { refused: 'spec.rules[0].backendRefs' },
  },
  {
    is: 'with two rules',
    yaml: tcp(`[{ ${TO_STREAM} }, { ${TO_STREAM} }]`),
    expected: { refused: 'spec.rules' },
  },
  { is: 'without a rule', yaml: tcp('[]'), expected: { refused: 'spec.rules' } },
  {
    is: 'whose rule has no backend',
    yaml: tcp('[{ backendRefs: [] }]'),
    expected: { refused: 'backendRefs' },
  },
  {
    is: 'to a Service without a port',
    yaml: tcp('[{ backendRefs: [{ name: stream }] }]'),
    expected: { refused: 'spec.rules[0].backendRefs[0]' },
  },
  {
    is: 'with a weight beyond all',
    yaml: tcp('[{ backendRefs: [{ name: stream, port: 80, weight: 1000001 }] }]'),
    expected: { refused: 'spec.rules[0].backendRefs[0].weight' },
  },
];
