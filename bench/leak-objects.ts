import { ingest, type KnownObject } from '../src/resources/index.js';
import { ONE, TWO } from '../src/routing/testing/key-pair.js';

// The objects of `leak-changes.ts`, admitted as an API server would.

function admitted(raw: unknown): KnownObject {
  const { object, faults } = ingest(raw);
  if (object === undefined) throw new Error(JSON.stringify(faults));
  return object;
}

/** HTTP, and HTTPS with the Secret's certificate. */
export function gateway(name: string, certificate: string): KnownObject {
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name },
    spec: {
      gatewayClassName: 'windlass',
      allowedListeners: { namespaces: { from: 'Same' } },
      listeners: [
        { name: 'http', port: 8080, protocol: 'HTTP' },
        {
          name: 'https',
          port: 8443,
          protocol: 'HTTPS',
          tls: { certificateRefs: [{ name: certificate }] },
        },
      ],
    },
  });
}

export interface RouteContent {
  readonly name: string;
  readonly service: string;
  /** Of the Service; default: the route's own. */
  readonly namespace?: string;
  readonly gateway?: string;
  readonly parentKind?: 'Gateway' | 'ListenerSet';
  /** Value of a header that it sets. */
  readonly header?: string;
  readonly regex?: string;
}

/** For the Gateway `edge`, on hosts of its own: HTTPS with the Secret of its name, and TLS that is handed on. */
export function listenerSet(name: string): KnownObject {
  const listener = { port: 8443, allowedRoutes: { namespaces: { from: 'Same' } } };
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ListenerSet',
    metadata: { name },
    spec: {
      parentRef: { name: 'edge' },
      listeners: [
        {
          ...listener,
          name: 'https',
          protocol: 'HTTPS',
          hostname: `${name}.example.com`,
          tls: { certificateRefs: [{ name }] },
        },
        {
          ...listener,
          name: 'tls',
          protocol: 'TLS',
          hostname: `${name}.tls.test`,
          tls: { mode: 'Passthrough' },
        },
      ],
    },
  });
}

/** Of the ListenerSet of its name. */
export function tlsRoute(name: string, backend: string): KnownObject {
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'TLSRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ kind: 'ListenerSet', name }],
      hostnames: [`${name}.tls.test`],
      rules: [{ backendRefs: [{ name: backend, port: 80 }] }],
    },
  });
}

/** For the Service of its name. */
export function trafficPolicy(name: string): KnownObject {
  return admitted({
    apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
    kind: 'XBackendTrafficPolicy',
    metadata: { name },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name }],
      sessionPersistence: { sessionName: name },
    },
  });
}

/** On a host of its own. */
export function route(content: RouteContent): KnownObject {
  const { name, service: backend, namespace: of, gateway: parent = 'edge', header = 'none', regex } = content;
  const { parentKind: kind = 'Gateway' } = content;
  const set = [{ name: 'x-edit', value: header }];
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ kind, name: parent }],
      hostnames: [`${name}.example.com`],
      rules: [
        {
          ...(regex !== undefined && { matches: [{ path: { type: 'RegularExpression', value: regex } }] }),
          filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { set } }],
          backendRefs: [{ name: backend, port: 80, ...(of !== undefined && { namespace: of }) }],
        },
      ],
    },
  });
}

export function service(name: string, of: string): KnownObject {
  return admitted({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: of },
    spec: { ports: [{ name: 'http', port: 80 }] },
  });
}

/** @param ready number of endpoints */
export function slice(of: string, ofNamespace: string, ready: number): KnownObject {
  return admitted({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${of}-1`,
      namespace: ofNamespace,
      labels: { 'kubernetes.io/service-name': of },
    },
    addressType: 'IPv4',
    endpoints: Array.from({ length: ready }, (_, i) => ({ addresses: [`10.0.0.${i + 1}`] })),
    ports: [{ name: 'http', port: 8080 }],
  });
}

export function grant(of: string): KnownObject {
  return admitted({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ReferenceGrant',
    metadata: { name: 'from-default', namespace: of },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default' }],
      to: [{ group: '', kind: 'Service' }],
    },
  });
}

/** @param edition 0 or 1: which certificate it holds */
export function secret(name: string, edition: number): KnownObject {
  const pair = edition === 0 ? ONE : TWO;
  return admitted({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name },
    stringData: { 'tls.crt': pair.certificate, 'tls.key': pair.key },
  });
}

export function configMap(name: string): KnownObject {
  return admitted({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { content: name } });
}

export function namespace(name: string): KnownObject {
  return admitted({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}
