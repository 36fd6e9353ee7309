import { editBackend, editRoute, editRule, hostnamesOf, ruleOf, serverOf, type Changes } from './edits.js';
import { FILTERS, PARENTS, type RouteWorld } from './world.js';

const MOST_ROUTES = 8;

/** Of HTTPRoutes and GRPCRoutes. */
export const ROUTE_CHANGES = {
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
        parent: undefined,
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
      parent: route.parent === undefined ? random.pick(PARENTS) : undefined,
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
  'toggle a session': [1, editRule((rule) => ({ ...rule, session: !rule.session }))],
  'toggle retries': [1, editRule((rule) => ({ ...rule, retries: !rule.retries }))],
  'ask before a rule': [
    3,
    editRule((rule, _, world) => {
      const auth = serverOf(world);
      return rule.auth === auth ? undefined : { ...rule, auth };
    }),
  ],
  'ask no more before a rule': [
    2,
    editRule((rule) => (rule.auth === undefined ? undefined : { ...rule, auth: undefined })),
  ],
} as const satisfies Changes;
