import { object, type BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

/** A slice of a Service, and a route to that. @param body YAML lines */
const slice =
  (body: string) =>
  (name: string, host: string): string =>
    object('v1', 'Service', name, 'spec: { ports: [{ name: web, port: 80 }] }') +
    object('discovery.k8s.io/v1', 'EndpointSlice', name, body).replace(
      'namespace: default }',
      `namespace: default, labels: { kubernetes.io/service-name: ${name} } }`,
    ) +
    httpRoute(`  - { backendRefs: [{ name: ${name}, port: 80 }] }`)(name, host);

const PORTS = 'ports: [{ name: web, port: 9 }]';
/** The Service is there, and nobody answers for it. */
const UNANSWERED = { says: ['HTTPRoute ResolvedRefs True ResolvedRefs'] };

export const ENDPOINT_SLICES: readonly BadInput[] = [
  {
    is: 'with endpoints that are not ready',
    yaml: slice(
      `addressType: IPv4\nendpoints: [{ addresses: [127.0.0.1], conditions: { ready: false } }]\n${PORTS}`,
    ),
    expected: UNANSWERED,
  },
  {
    is: 'whose port has another name',
    yaml: slice(
      'addressType: IPv4\nendpoints: [{ addresses: [127.0.0.1] }]\nports: [{ name: odd, port: 9 }]',
    ),
    expected: UNANSWERED,
  },
  {
    is: 'of names instead of addresses',
    yaml: slice(`addressType: FQDN\nendpoints: [{ addresses: [a.test] }]\n${PORTS}`),
    expected: UNANSWERED,
  },
  {
    is: 'with an address that is none',
    yaml: slice(`addressType: IPv4\nendpoints: [{ addresses: [300.0.0.1] }]\n${PORTS}`),
    expected: { refused: 'endpoints[0].addresses[0]' },
  },
  {
    is: 'with an address of the other sort',
    yaml: slice(`addressType: IPv6\nendpoints: [{ addresses: [127.0.0.1] }]\n${PORTS}`),
    expected: { refused: 'endpoints[0].addresses[0]' },
  },
  {
    is: 'with an endpoint without address',
    yaml: slice(`addressType: IPv4\nendpoints: [{ addresses: [] }]\n${PORTS}`),
    expected: { refused: 'endpoints[0].addresses' },
  },
];
