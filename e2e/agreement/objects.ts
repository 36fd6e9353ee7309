import type { Configuration } from './configurations.js';
import { PLAIN, SECURE, SIDE, X } from './pools.js';

/** The objects of a configuration, as they would be written in YAML. */
export function objectsOf({
  http,
  https,
  side,
  certificates,
  listenerFilters,
  frontend,
  tls,
  tlsRoutes,
  ca,
  routes,
}: Configuration): readonly unknown[] {
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
        ...(frontend === undefined ? {} : { tls: { frontend } }),
        listeners: [
          ...listeners('http', http, (index) => ({
            port: PLAIN,
            protocol: 'HTTP',
            ...filtered(listenerFilters[index]),
          })),
          ...listeners('https', https, (index) => ({
            port: SECURE,
            protocol: 'HTTPS',
            tls: { certificateRefs: [{ name: certificates[index] }] },
            ...filtered(listenerFilters[2 - index]),
          })),
          ...tls.map(({ hostname, mode, port }, index) => ({
            name: `tls-${index}`,
            port,
            protocol: 'TLS',
            ...(hostname === '' ? {} : { hostname }),
            tls: mode === 'Passthrough' ? { mode } : { mode, certificateRefs: [{ name: 'tls' }] },
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
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'BackendTLSPolicy',
      metadata: { name: 'safe', namespace: 'default' },
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: 'safe' }],
        validation: {
          hostname: 'safe.test',
          caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: ca }],
        },
      },
    },
    ...tlsRoutes.map(({ hostnames, created, parent, backendRefs }, index) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'TLSRoute',
      metadata: metadataOf(`tls-${index}`, created),
      spec: {
        parentRefs: [{ name: 'edge', ...parent }],
        hostnames,
        rules: [{ backendRefs: backendRefs.map(referenceOf) }],
      },
    })),
    ...routes.map(({ hostnames, created, parents: ofGateway, rules: { kind, rules } }, index) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind,
      metadata: metadataOf(`route-${index}`, created),
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
            backendRefs: backendRefs.map(referenceOf),
          }),
        ),
      },
    })),
  ];
}

function metadataOf(name: string, created: string | undefined): object {
  return {
    name,
    namespace: 'default',
    ...(created === undefined ? {} : { creationTimestamp: created }),
  };
}

/** Port 80 of a Service, or an XBackend. */
function referenceOf(ref: { readonly name: string }): object {
  return {
    ...ref,
    ...(ref.name.startsWith(X)
      ? { group: 'gateway.networking.x-k8s.io', kind: 'XBackend', name: ref.name.slice(X.length) }
      : { port: 80 }),
    ...(ref.name === 'forbidden' ? { namespace: 'elsewhere' } : {}),
  };
}

function filtered(requests: readonly object[] = []): object {
  return requests.length === 0 ? {} : { filters: { requests } };
}
