import { isDeepStrictEqual } from 'node:util';
import type { GatewayClassModel, GatewayModel, Model, RouteModel } from '../routing/index.js';
import { nobodyConnected, type FleetAcknowledgements } from './acknowledgements.js';
import { gatewayClassStatus } from './gateway-class.js';
import { gatewayStatus } from './gateway.js';
import type { CurrentCondition, ObjectStatus } from './object-status.js';
import { routeStatus } from './route.js';

type Current = ObjectStatus<CurrentCondition>;

const classes = new WeakMap<GatewayClassModel, Current>();
const gateways = new WeakMap<
  GatewayModel,
  { readonly acknowledgements: FleetAcknowledgements; readonly status: Current }
>();
const routes = new WeakMap<RouteModel, { readonly controllerName: string; readonly status: Current }>();

/**
 * What the model and its acknowledgements mean for the status of every object of ours: classes, Gateways, routes, in the model's order.
 * A piece whose input did not change keeps its identity (DESIGN D2).
 * @param acknowledgements by fleet, `namespace/name` of the Gateway
 */
export function statusesOf(
  model: Model,
  acknowledgements: ReadonlyMap<string, FleetAcknowledgements>,
  controllerName: string,
): readonly Current[] {
  return [
    ...model.gatewayClasses.map(ofClass),
    ...model.gateways.map((gateway) => ofGateway(gateway, acknowledgements)),
    ...model.routes.map((route) => ofRoute(route, controllerName)),
  ];
}

function ofClass(model: GatewayClassModel): Current {
  const known = classes.get(model);
  if (known !== undefined) return known;
  const status = gatewayClassStatus(model);
  classes.set(model, status);
  return status;
}

function ofGateway(model: GatewayModel, all: ReadonlyMap<string, FleetAcknowledgements>): Current {
  const { name, namespace = '' } = model.gateway.metadata;
  const id = `${namespace}/${name}`;
  const acknowledgements = all.get(id) ?? nobodyConnected(id);
  const known = gateways.get(model);
  if (known !== undefined && isDeepStrictEqual(known.acknowledgements, acknowledgements)) return known.status;
  const status = gatewayStatus(model, acknowledgements);
  gateways.set(model, { acknowledgements, status });
  return status;
}

function ofRoute(model: RouteModel, controllerName: string): Current {
  const known = routes.get(model);
  if (known?.controllerName === controllerName) return known.status;
  const status = routeStatus(model, controllerName);
  routes.set(model, { controllerName, status });
  return status;
}
