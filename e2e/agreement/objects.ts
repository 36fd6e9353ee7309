import type { Configuration } from './configurations.js';
import { PLAIN, SECURE, SIDE, X } from './pools.js';

/** The objects of a configuration, as they would be written in YAML. */
export function objectsOf({ http, https, side, certificates, routes }: Configuration): readonly unknown[] {
  const listeners = (prefix: string, hosts: readonly string[], more: (index: number) => object) =>
    hosts.map((hostname, index) => ({
      name: `${prefix}-${index}`,
      ...(hostname === '' ? {} : { hostname }),
      ...more(index),
    }));
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge', namespace: 'default' },
      spec: {
        gatewayClassName: 'windlass',
        listeners: [
          ...listeners('http', http, () => ({ port: PLAIN, protocol: 'HTTP' })),
          ...listeners('https', https, (index) => ({
            port: SECURE,
            protocol: 'HTTPS',
            tls: { certificateRefs: [{ name: certificates[index] }] },
          })),
        ],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: SIDE, namespace: 'default' },
      spec: {
        gatewayClassName: 'windlass',
        listeners: listeners('http', side, () => ({ port: PLAIN, protocol: 'HTTP' })),
      },
    },
    ...routes.map(({ hostnames, created, parents: ofGateway, rules: { kind, rules } }, index) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind,
      metadata: {
        name: `route-${index}`,
        namespace: 'default',
        ...(created === undefined ? {} : { creationTimestamp: created }),
      },
      spec: {
        parentRefs: ofGateway.map((parent) => ({ name: 'edge', ...parent })),
        ...(hostnames.length === 0 ? {} : { hostnames }),
        rules: rules.map(
          ({
            matches,
            filters,
            backendRefs,
            timeouts: limits,
            retry: again,
            sessionPersistence: session,
          }) => ({
            matches,
            filters,
            ...(limits === undefined ? {} : { timeouts: limits }),
            ...(again === undefined ? {} : { retry: again }),
            ...(session === undefined ? {} : { sessionPersistence: session }),
            backendRefs: (backendRefs as readonly { name: string; weight: number; filters: unknown[] }[]).map(
              (ref) => ({
                ...ref,
                ...(ref.name.startsWith(X)
                  ? { group: 'gateway.networking.x-k8s.io', kind: 'XBackend', name: ref.name.slice(X.length) }
                  : { port: 80 }),
                ...(ref.name === 'forbidden' ? { namespace: 'elsewhere' } : {}),
              }),
            ),
          }),
        ),
      },
    })),
  ];
}
