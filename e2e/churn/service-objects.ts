import type { ServiceWorld } from './world.js';

export function backendObjects(service: ServiceWorld): readonly object[] {
  return service.kind === 'XBackend' ? selectorObjects(service) : serviceObjects(service);
}

/** The XBackend, and a Pod for each instance. */
function selectorObjects({ name, namespace, instances, flipped }: ServiceWorld): readonly object[] {
  const labels = { app: name };
  // All instances have the same ports.
  const number = instances[0]?.ports[flipped ? 1 : 0] ?? 1;
  return [
    {
      apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
      kind: 'XBackend',
      metadata: { name, namespace },
      spec: { type: 'EndpointSelector', port: { number }, endpointSelector: { matchLabels: labels } },
    },
    ...instances.map(({ name: instance, address }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${instance}`, namespace, labels },
      spec: { containers: [{ name: 'app', image: 'app' }] },
      status: { podIP: address },
    })),
  ];
}

/** One EndpointSlice for each instance. */
function serviceObjects({ name, namespace, instances, flipped }: ServiceWorld): readonly object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: {
        ports: [
          { name: 'main', port: 80 },
          { name: 'alt', port: 81 },
          { name: 'main-udp', port: 80, protocol: 'UDP' },
          { name: 'alt-udp', port: 81, protocol: 'UDP' },
        ],
      },
    },
    ...instances.map(({ name: instance, address, ports: [first, second] }) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${instance}`,
        namespace,
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address] }],
      ports: [
        { name: 'main', port: flipped ? second : first },
        { name: 'alt', port: flipped ? first : second },
        { name: 'main-udp', protocol: 'UDP', port: flipped ? second : first },
        { name: 'alt-udp', protocol: 'UDP', port: flipped ? first : second },
      ],
    })),
  ];
}
