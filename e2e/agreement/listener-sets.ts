import type { Gateway, HttpRoute, Listener } from '../../src/resources/index.js';

type Objects = readonly unknown[];

/**
 * The same configuration, but the last HTTP and the last HTTPS listener are written in a ListenerSet where that leaves the Gateway some; and every second route that names one
 * of these names the set, the others the Gateway in vain.
 */
export function withListenerSet(objects: Objects): Objects {
  const gateway = objects.find(isGateway);
  if (gateway === undefined) return objects;
  const { listeners } = gateway.spec;
  const moved = new Set(
    ['HTTP', 'HTTPS'].flatMap((protocol) => {
      const own = listeners.filter((listener) => listener.protocol === protocol);
      return own.length > 1 ? (own.at(-1) ?? []) : [];
    }),
  );
  if (moved.size === 0) return objects;
  const names = new Set([...moved].map(({ name }) => name));
  const kept = listeners.filter((listener) => !moved.has(listener));
  return [
    {
      ...gateway,
      spec: { ...gateway.spec, allowedListeners: { namespaces: { from: 'Same' } }, listeners: kept },
    },
    setOf([...moved]),
    ...objects
      .filter((object) => object !== gateway)
      .map((object, i) => (i % 2 === 0 ? renamed(object, names) : object)),
  ];
}

function setOf(listeners: readonly Listener[]): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ListenerSet',
    metadata: { name: 'set', namespace: 'default' },
    spec: { parentRef: { name: 'edge' }, listeners },
  };
}

function renamed(object: unknown, names: ReadonlySet<string>): unknown {
  if (!isRoute(object)) return object;
  const parentRefs = (object.spec.parentRefs ?? []).map((ref) =>
    ref.sectionName !== undefined && names.has(ref.sectionName)
      ? { ...ref, kind: 'ListenerSet', name: 'set' }
      : ref,
  );
  // Whoever names the whole Gateway names the whole set too.
  const whole = parentRefs.some(({ sectionName, port }) => sectionName === undefined && port === undefined);
  const more = whole ? [{ kind: 'ListenerSet', name: 'set' }] : [];
  return { ...object, spec: { ...object.spec, parentRefs: [...parentRefs, ...more] } };
}

function kindOf(object: unknown): unknown {
  return typeof object === 'object' && object !== null && 'kind' in object ? object.kind : undefined;
}

function isGateway(object: unknown): object is Gateway {
  return kindOf(object) === 'Gateway';
}

function isRoute(object: unknown): object is HttpRoute {
  return kindOf(object) === 'HTTPRoute' || kindOf(object) === 'GRPCRoute';
}
