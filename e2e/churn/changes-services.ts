import { editService, replace, type Changes } from './edits.js';
import { SERVICES, type RouteWorld, type RuleWorld } from './world.js';

const MOST_INSTANCES = 3;

/** Of Services, of XBackends, and of what stands behind them. */
export const SERVICE_CHANGES = {
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
      const missing = SERVICES.find(({ name }) => !there.has(name));
      if (missing === undefined) return undefined;
      const created = { ...missing, instances: [instance()], flipped: false };
      return { ...world, services: [...world.services, created] };
    },
  ],
  'replace a Service by one of another name': [
    2,
    (world, { random, instance }) => {
      const old = random.pick(world.services);
      if (old === undefined) return undefined;
      const name = old.name.endsWith('-next') ? old.name.slice(0, -'-next'.length) : `${old.name}-next`;
      const services = replace(world.services, old, { ...old, name, instances: [instance()] });
      const routes = world.routes.map((route) => renamed(route, old.name, name));
      const listenerAuth = world.listenerAuth === old.name ? name : world.listenerAuth;
      return { ...world, services, routes, listenerAuth };
    },
  ],
} as const satisfies Changes;

/** Refers to another Service instead; otherwise the same, identical route. */
function renamed(route: RouteWorld, from: string, to: string): RouteWorld {
  const uses = ({ auth, backends }: RuleWorld): boolean =>
    auth === from || backends.some(({ service }) => service === from);
  if (!route.rules.some(uses)) return route;
  const rules = route.rules.map((rule) => ({
    ...rule,
    auth: rule.auth === from ? to : rule.auth,
    backends: rule.backends.map((backend) =>
      backend.service === from ? { ...backend, service: to } : backend,
    ),
  }));
  return { ...route, rules };
}
