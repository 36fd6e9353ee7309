import type { Random } from './random.js';
import { STREAM_NAMES } from './streams.js';
import {
  type BackendWorld,
  CERTIFICATES,
  EXTRA_LISTENERS,
  FILTERS,
  type Instance,
  SECURABLE,
  type RouteWorld,
  type RuleWorld,
  type ServiceWorld,
  type World,
} from './world.js';

/** What a change may draw on. */
export interface Supplies {
  readonly random: Random;
  /** An instance that listens and that nothing refers to yet. */
  readonly instance: () => Instance;
}

/** The next world; undefined when there is nothing to change in this way. */
type Change = (world: World, supplies: Supplies) => World | undefined;

export const KEY_PAIRS = 6;
const SERVICES = [
  ['web', 'default'],
  ['api', 'default'],
  ['cart', 'default'],
  ['far', 'far'],
  ['team', 'team'],
] as const;
const HOSTNAMES = ['a.example.com', 'b.example.com', 'c.example.com', '*.example.com', 'other.test'];
const PREFIXES = [undefined, '/a', '/a/b', '/api', '/x'];
const MOST_ROUTES = 8;
const MOST_INSTANCES = 3;

const replace = <T>(list: readonly T[], old: T, by: T): readonly T[] =>
  list.map((one) => (one === old ? by : one));

function editService(
  change: (service: ServiceWorld, supplies: Supplies) => ServiceWorld | undefined,
): Change {
  return (world, supplies) => {
    const service = supplies.random.pick(world.services);
    const changed = service && change(service, supplies);
    return service && changed && { ...world, services: replace(world.services, service, changed) };
  };
}

function editRoute(
  change: (route: RouteWorld, supplies: Supplies, world: World) => RouteWorld | undefined,
): Change {
  return (world, supplies) => {
    const route = supplies.random.pick(world.routes);
    const changed = route && change(route, supplies, world);
    return route && changed && { ...world, routes: replace(world.routes, route, changed) };
  };
}

function editRule(
  change: (rule: RuleWorld, supplies: Supplies, world: World) => RuleWorld | undefined,
): Change {
  return editRoute((route, supplies, world) => {
    const rule = supplies.random.pick(route.rules);
    const changed = rule && change(rule, supplies, world);
    return rule && changed && { ...route, rules: replace(route.rules, rule, changed) };
  });
}

function editStream(
  change: (
    backends: readonly BackendWorld[],
    supplies: Supplies,
    world: World,
  ) => readonly BackendWorld[] | undefined,
): Change {
  return (world, supplies) => {
    const name = supplies.random.pick(STREAM_NAMES);
    const changed = name && change(world.streams[name], supplies, world);
    return name && changed && { ...world, streams: { ...world.streams, [name]: changed } };
  };
}

function editBackend(change: (backend: BackendWorld, supplies: Supplies) => BackendWorld): Change {
  return editRule((rule, supplies) => {
    const backend = supplies.random.pick(rule.backends);
    return backend && { ...rule, backends: replace(rule.backends, backend, change(backend, supplies)) };
  });
}

function backendOf({ name, namespace }: ServiceWorld, { random }: Supplies): BackendWorld {
  return { service: name, namespace, port: random.chance(0.7) ? 80 : 81, weight: random.between(0, 3) };
}

function ruleOf(world: World, supplies: Supplies): RuleWorld {
  const { random } = supplies;
  const first = random.pick(world.services);
  const second = random.chance(0.3) ? random.pick(world.services) : undefined;
  const services = new Set([first, second].filter((one) => one !== undefined));
  return {
    prefix: random.pick(PREFIXES),
    filter: random.pick(FILTERS) ?? 'none',
    timeout: false,
    backends: [...services].map((service) => backendOf(service, supplies)),
  };
}

function hostnamesOf({ random }: Supplies): readonly string[] {
  return [...new Set([random.pick(HOSTNAMES) ?? '', random.pick(HOSTNAMES) ?? ''])];
}

/** By name; the share says how often each is drawn, beside the others. */
export const CHANGES = {
  'add a route': [
    3,
    (world, supplies) => {
      if (world.routes.length >= MOST_ROUTES) return undefined;
      const taken = new Set(world.routes.map(({ name }) => name));
      const name = Array.from({ length: MOST_ROUTES }, (_, i) => `route-${i}`).find(
        (free) => !taken.has(free),
      );
      const rules = Array.from({ length: supplies.random.between(1, 3) }, () => ruleOf(world, supplies));
      const route: RouteWorld = {
        kind: supplies.random.chance(0.3) ? 'GRPCRoute' : 'HTTPRoute',
        name: name ?? '',
        namespace: supplies.random.chance(0.2) ? 'team' : 'default',
        hostnames: hostnamesOf(supplies),
        sectionName: undefined,
        rules,
      };
      return { ...world, routes: [...world.routes, route] };
    },
  ],
  'remove a route': [
    2,
    (world, { random }) => {
      const route = random.pick(world.routes);
      if (world.routes.length < 3) return undefined;
      return { ...world, routes: world.routes.filter((one) => one !== route) };
    },
  ],
  'change the hostnames of a route': [
    1,
    editRoute((route, supplies) => ({ ...route, hostnames: hostnamesOf(supplies) })),
  ],
  'attach a route to one listener': [
    1,
    editRoute((route, { random }) => ({
      ...route,
      sectionName: route.sectionName === undefined ? random.pick(['plain', 'secure', 'secure-a']) : undefined,
    })),
  ],
  'reorder rules': [
    3,
    editRoute((route) => {
      const [first, ...others] = route.rules;
      return first === undefined || others.length === 0 ? undefined : { ...route, rules: [...others, first] };
    }),
  ],
  'add a rule': [
    1,
    editRoute((route, supplies, world) =>
      route.rules.length >= 4 ? undefined : { ...route, rules: [ruleOf(world, supplies), ...route.rules] },
    ),
  ],
  'remove a rule': [
    1,
    editRoute((route, { random }) => {
      const rule = random.pick(route.rules);
      return route.rules.length < 2
        ? undefined
        : { ...route, rules: route.rules.filter((one) => one !== rule) };
    }),
  ],
  'toggle a filter': [
    3,
    editRule((rule, { random }) => ({ ...rule, filter: random.pick(FILTERS) ?? 'none' })),
  ],
  'toggle a timeout': [1, editRule((rule) => ({ ...rule, timeout: !rule.timeout }))],
  'flip the port of a backendRef': [
    3,
    editBackend((backend) => ({ ...backend, port: backend.port === 80 ? 81 : 80 })),
  ],
  'move a weight': [4, editBackend((backend, { random }) => ({ ...backend, weight: random.between(0, 3) }))],
  'swap backends': [
    4,
    editRule((rule, supplies, world) => ({ ...rule, backends: ruleOf(world, supplies).backends })),
  ],
  'flip the ports of a Service': [2, editService((service) => ({ ...service, flipped: !service.flipped }))],
  'scale up': [
    3,
    editService((service, { instance }) =>
      service.instances.length >= MOST_INSTANCES
        ? undefined
        : { ...service, instances: [...service.instances, instance()] },
    ),
  ],
  'scale down': [
    3,
    editService((service, { random }) => {
      const instance = random.pick(service.instances);
      if (service.instances.length < 2) return undefined;
      return { ...service, instances: service.instances.filter((one) => one !== instance) };
    }),
  ],
  'replace every endpoint': [
    2,
    editService((service, { instance }) => ({ ...service, instances: [instance()] })),
  ],
  'delete a Service': [
    1,
    (world, { random }) => {
      const service = random.pick(world.services);
      if (world.services.length < SERVICES.length) return undefined;
      return { ...world, services: world.services.filter((one) => one !== service) };
    },
  ],
  'create a Service again': [
    4,
    (world, { instance }) => {
      const there = new Set(world.services.map(({ name }) => name.replace(/-next$/, '')));
      const missing = SERVICES.find(([name]) => !there.has(name));
      if (missing === undefined) return undefined;
      const [name, namespace] = missing;
      return {
        ...world,
        services: [...world.services, { name, namespace, instances: [instance()], flipped: false }],
      };
    },
  ],
  'replace a Service by one of another name': [
    2,
    (world, { random, instance }) => {
      const old = random.pick(world.services);
      if (old === undefined) return undefined;
      const name = old.name.endsWith('-next') ? old.name.slice(0, -'-next'.length) : `${old.name}-next`;
      const services = replace(world.services, old, { ...old, name, instances: [instance()] });
      const renamed = (backend: BackendWorld): BackendWorld =>
        backend.service === old.name ? { ...backend, service: name } : backend;
      const routes = world.routes.map((route) => {
        const uses = route.rules.some(({ backends }) => backends.some(({ service }) => service === old.name));
        if (!uses) return route;
        return {
          ...route,
          rules: route.rules.map((rule) => ({ ...rule, backends: rule.backends.map(renamed) })),
        };
      });
      return { ...world, services, routes };
    },
  ],
  'toggle a listener': [
    2,
    (world, { random }) => {
      const name = random.pick(EXTRA_LISTENERS);
      if (name === undefined) return undefined;
      const extraListeners = EXTRA_LISTENERS.filter(
        (one) => world.extraListeners.includes(one) !== (one === name),
      );
      return { ...world, extraListeners };
    },
  ],
  'rotate a certificate': [
    2,
    (world, { random }) => {
      const name = random.pick(CERTIFICATES) ?? 'tls-0';
      const keyPairs = { ...world.keyPairs, [name]: (world.keyPairs[name] + 1) % KEY_PAIRS };
      return { ...world, keyPairs };
    },
  ],
  'serve another Secret': [
    1,
    (world) => ({
      ...world,
      secureCertificate: world.secureCertificate === 'tls-0' ? 'tls-2' : 'tls-0',
    }),
  ],
  'move a weight of a stream': [
    2,
    editStream((backends, { random }) => {
      const backend = random.pick(backends);
      return backend && replace(backends, backend, { ...backend, weight: random.between(0, 3) });
    }),
  ],
  'swap backends of a stream': [2, editStream((_, supplies, world) => ruleOf(world, supplies).backends)],
  'ask for TLS, or another CA': [
    2,
    (world, { random }) => {
      const service = random.pick(SECURABLE);
      const ca = random.chance(0.8) ? 'ca-right' : 'ca-wrong';
      if (service === undefined || world.policies[service] === ca) return undefined;
      return { ...world, policies: { ...world.policies, [service]: ca } };
    },
  ],
  'give up TLS': [
    1,
    (world, { random }) => {
      const service = random.pick(SECURABLE);
      if (service === undefined || world.policies[service] === undefined) return undefined;
      return { ...world, policies: { ...world.policies, [service]: undefined } };
    },
  ],
  'toggle a grant': [1, (world) => ({ ...world, granted: !world.granted })],
  'toggle the label of a namespace': [1, (world) => ({ ...world, labelled: !world.labelled })],
} as const satisfies Readonly<Record<string, readonly [share: number, change: Change]>>;

export type ChangeKind = keyof typeof CHANGES;

/** Changes that forbid what was allowed before. Until Envoy has what they ask for, it may refuse what they concern. */
export const TIGHTENING: ReadonlySet<string> = new Set<ChangeKind>(['ask for TLS, or another CA']);

/** A random change of one of the kinds. */
export function nextWorld(
  world: World,
  supplies: Supplies,
): { readonly kind: ChangeKind; readonly world: World } {
  const kinds = Object.keys(CHANGES) as ChangeKind[];
  const drawn = kinds.flatMap((kind) => Array<ChangeKind>(CHANGES[kind][0]).fill(kind));
  for (;;) {
    const kind = supplies.random.pick(drawn);
    if (kind === undefined) throw new Error('no kind of change is left');
    const change: Change = CHANGES[kind][1];
    const next = change(world, supplies);
    if (next !== undefined) return { kind, world: next };
  }
}
