import { stringify } from 'yaml';
import { gatewayObject, LABEL, listenerSetObject } from './listener-objects.js';
import type { Place } from './place.js';
import { routeObject } from './route-objects.js';
import { backendObjects } from './service-objects.js';
import { backendTlsObject, telemetryObject, trafficPolicyObject } from './policy-objects.js';
import { STREAM_NAMES, streamRoute } from './streams.js';
import { CERTIFICATES, SECURABLE, type TrustedCa, type World } from './world.js';

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Objects as they are written in YAML; equal parts of two worlds give the same, identical object. */
export interface WorldObjects {
  readonly objects: (world: World) => readonly object[];
  readonly text: (world: World) => string;
}

/** @param authorities PEM */
export function worldObjects(
  keyPairs: readonly KeyPair[],
  authorities: Readonly<Record<TrustedCa, string>>,
  place: Place,
): WorldObjects {
  const service = remembered(backendObjects);
  const route = remembered(routeObject);
  const single = rememberedByText<object>();
  const objects = (world: World): readonly object[] => [
    single(
      JSON.stringify([
        world.extraListeners,
        world.secureCertificate,
        world.setsAllowed,
        world.listenerAuth,
        world.clients,
      ]),
      () => gatewayObject(world, place.addresses),
    ),
    ...(world.listenerSet ? [single('set', () => listenerSetObject(world))] : []),
    single('grant of a Secret', () => grantObject('for-set', 'default', ['ListenerSet'], 'team', 'Secret')),
    single(`team ${world.labelled}`, () => namespaceObject('team', world.labelled)),
    single('default', () => namespaceObject('default', true)),
    single('far', () => namespaceObject('far', false)),
    ...(world.granted
      ? [single('grant', () => grantObject('from-default', 'far', ROUTES, 'default', 'Service'))]
      : []),
    ...CERTIFICATES.map((name) =>
      single(`${name} ${world.keyPairs[name]}`, () => secretObject(name, keyPairs[world.keyPairs[name]])),
    ),
    ...(['ca-right', 'ca-wrong'] as const).map((name) =>
      single(name, () => configMapObject(name, authorities[name])),
    ),
    ...SECURABLE.flatMap((name) => {
      const ca = world.policies[name];
      return ca === undefined ? [] : [single(`policy ${name} ${ca}`, () => backendTlsObject(name, ca))];
    }),
    ...(world.budget === undefined
      ? []
      : [single(`budget ${world.budget}`, () => trafficPolicyObject(world.budget ?? 'web'))]),
    ...(world.tracing ? [single('tracing', telemetryObject)] : []),
    ...world.services.flatMap(service),
    ...world.routes.map(route),
    ...STREAM_NAMES.map((name) =>
      single(`${name} ${JSON.stringify(world.streams[name])}`, () => streamRoute(name, world.streams[name])),
    ),
  ];
  const documentOf = remembered((object: object) => stringify(object));
  return { objects, text: (world) => objects(world).map(documentOf).join('---\n') };
}

function remembered<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

function rememberedByText<V>(): (key: string, make: () => V) => V {
  const known = new Map<string, V>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
}

function namespaceObject(name: string, labelled: boolean): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...(labelled && { labels: LABEL }) } };
}

const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'];

function grantObject(
  name: string,
  namespace: string,
  from: readonly string[],
  fromNamespace: string,
  to: string,
): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name, namespace },
    spec: {
      from: from.map((kind) => ({
        group: 'gateway.networking.k8s.io',
        kind,
        namespace: fromNamespace,
      })),
      to: [{ group: '', kind: to }],
    },
  };
}

function secretObject(name: string, pair: KeyPair | undefined): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace: 'default' },
    stringData: { 'tls.crt': pair?.certificate ?? '', 'tls.key': pair?.key ?? '' },
  };
}

function configMapObject(name: string, certificates: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { 'ca.crt': certificates },
  };
}
