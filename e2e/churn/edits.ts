// What changes are made of.
import type { Random } from './random.js';
import { STREAM_NAMES } from './streams.js';
import {
  type BackendWorld,
  FILTERS,
  type Instance,
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
export type Change = (world: World, supplies: Supplies) => World | undefined;

/** By name; the share says how often each is drawn, beside all others. */
export type Changes = Readonly<Record<string, readonly [share: number, change: Change]>>;

const HOSTNAMES = ['a.example.com', 'b.example.com', 'c.example.com', '*.example.com', 'other.test'];
const PREFIXES = [undefined, '/a', '/a/b', '/api', '/x'];

export const replace = <T>(list: readonly T[], old: T, by: T): readonly T[] =>
  list.map((one) => (one === old ? by : one));

export function editService(
  change: (service: ServiceWorld, supplies: Supplies) => ServiceWorld | undefined,
): Change {
  return (world, supplies) => {
    const service = supplies.random.pick(world.services);
    const changed = service && change(service, supplies);
    return service && changed && { ...world, services: replace(world.services, service, changed) };
  };
}

export function editRoute(
  change: (route: RouteWorld, supplies: Supplies, world: World) => RouteWorld | undefined,
): Change {
  return (world, supplies) => {
    const route = supplies.random.pick(world.routes);
    const changed = route && change(route, supplies, world);
    return route && changed && { ...world, routes: replace(world.routes, route, changed) };
  };
}

export function editRule(
  change: (rule: RuleWorld, supplies: Supplies, world: World) => RuleWorld | undefined,
): Change {
  return editRoute((route, supplies, world) => {
    const rule = supplies.random.pick(route.rules);
    const changed = rule && change(rule, supplies, world);
    return rule && changed && { ...route, rules: replace(route.rules, rule, changed) };
  });
}

export function editStream(
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

export function editBackend(change: (backend: BackendWorld, supplies: Supplies) => BackendWorld): Change {
  return editRule((rule, supplies) => {
    const backend = supplies.random.pick(rule.backends);
    return backend && { ...rule, backends: replace(rule.backends, backend, change(backend, supplies)) };
  });
}

function backendOf({ kind, name, namespace }: ServiceWorld, { random }: Supplies): BackendWorld {
  return { kind, service: name, namespace, port: random.chance(0.7) ? 80 : 81, weight: random.between(0, 3) };
}

export function ruleOf(world: World, supplies: Supplies): RuleWorld {
  const { random } = supplies;
  const first = random.pick(world.services);
  const second = random.chance(0.3) ? random.pick(world.services) : undefined;
  const services = new Set([first, second].filter((one) => one !== undefined));
  return {
    prefix: random.pick(PREFIXES),
    filter: random.pick(FILTERS) ?? 'none',
    timeout: false,
    auth: random.chance(0.1) ? serverOf(world) : undefined,
    session: random.chance(0.2),
    retries: random.chance(0.2),
    backends: [...services].map((service) => backendOf(service, supplies)),
  };
}

export function hostnamesOf({ random }: Supplies): readonly string[] {
  return [...new Set([random.pick(HOSTNAMES) ?? '', random.pick(HOSTNAMES) ?? ''])];
}

/** Name of the Service that is asked whether requests may pass. */
export function serverOf({ services }: World): string {
  return services.find(({ name }) => name === 'auth-next')?.name ?? 'auth';
}
