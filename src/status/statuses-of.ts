import { isDeepStrictEqual } from 'node:util';
import { displayRef, refOf } from '../resources/index.js';
import type { GatewayClassModel, GatewayModel, Model, RouteModel } from '../routing/index.js';
import { gatewayClassStatus } from './gateway-class.js';
import { gatewayStatus } from './gateway.js';
import type { CurrentCondition, ObjectStatus } from './object-status.js';
import { noProgress, type FleetProgress } from './progress.js';
import { routeStatus, type Convictions } from './route.js';

type Current = ObjectStatus<CurrentCondition>;

const classes = new WeakMap<GatewayClassModel, Current>();
const gateways = new WeakMap<GatewayModel, { readonly progress: FleetProgress; readonly status: Current }>();
const routes = new WeakMap<RouteModel, { readonly controllerName: string; readonly status: Current }>();
const NOBODY: Convictions = new Map();

/**
 * What the model and the progress of its fleets mean for the status of every object of ours: classes, Gateways, routes, in the model's order.
 * A piece whose input did not change keeps its identity (DESIGN D2).
 * @param progress by fleet, `namespace/name` of the Gateway
 */
export function statusesOf(
  model: Model,
  progress: ReadonlyMap<string, FleetProgress>,
  controllerName: string,
): readonly Current[] {
  const convictions = convictionsOf(progress);
  return [
    ...model.gatewayClasses.map(ofClass),
    ...model.gateways.map((gateway) => ofGateway(gateway, progress)),
    ...model.routes.values().map((route) => ofRoute(route, controllerName, convictions)),
  ];
}

function ofClass(model: GatewayClassModel): Current {
  const known = classes.get(model);
  if (known !== undefined) return known;
  const status = gatewayClassStatus(model);
  classes.set(model, status);
  return status;
}

function ofGateway(model: GatewayModel, all: ReadonlyMap<string, FleetProgress>): Current {
  const { name, namespace = '' } = model.gateway.metadata;
  const progress = all.get(`${namespace}/${name}`) ?? noProgress(model);
  const known = gateways.get(model);
  if (known !== undefined && isDeepStrictEqual(known.progress, progress)) return known.status;
  const status = gatewayStatus(model, progress);
  gateways.set(model, { progress, status });
  return status;
}

/** Convictions are rare: the status of a route is kept unless it has one. */
function ofRoute(model: RouteModel, controllerName: string, convictions: Convictions): Current {
  const object = convictions.size > 0 ? displayRef(refOf(model.route)) : '';
  const concerned = [...convictions.values()].some((all) => all.some(({ owner }) => owner.object === object));
  if (concerned) return routeStatus(model, controllerName, convictions);
  const known = routes.get(model);
  if (known?.controllerName === controllerName) return known.status;
  const status = routeStatus(model, controllerName);
  routes.set(model, { controllerName, status });
  return status;
}

function convictionsOf(progress: ReadonlyMap<string, FleetProgress>): Convictions {
  const some = [...progress].filter(([, { convictions }]) => convictions.length > 0);
  return some.length === 0
    ? NOBODY
    : new Map(some.map(([fleet, { convictions }]) => [fleet, convictions] as const));
}
